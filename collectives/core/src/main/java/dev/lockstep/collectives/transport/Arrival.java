package dev.lockstep.collectives.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message coming in, piece by piece. Written by one thread; once dropped, its memory is not touched again, whatever
 * else arrives.
 */
public final class Arrival {
    private final Mailbox mailbox;
    private final int source;
    private final Tag tag;
    private final long sizeBytes;
    private final boolean stashed;
    private @Nullable MemorySegment memory;
    private @Nullable Receipt receipt;
    private boolean complete;

    /** Makes the arrival of a message; without memory it is taken and dropped. */
    Arrival(Mailbox mailbox, Heading heading, @Nullable MemorySegment memory, @Nullable Receipt receipt) {
        this.mailbox = mailbox;
        this.source = heading.source();
        this.tag = heading.tag();
        this.sizeBytes = heading.sizeBytes();
        this.memory = memory;
        this.receipt = receipt;
        this.stashed = receipt == null && memory != null;
    }

    /** What is known of a message before its bytes. */
    record Heading(int source, Tag tag, long sizeBytes) {}

    /** {@return the length of the whole message} */
    public long sizeBytes() {
        return sizeBytes;
    }

    /**
     * Takes a piece of the message.
     *
     * @throws IllegalArgumentException if the piece does not lie inside the message
     */
    public synchronized void write(long offset, MemorySegment piece) {
        if (offset < 0 || piece.byteSize() > sizeBytes - offset) {
            throw new IllegalArgumentException("message " + tag + " of " + sizeBytes + " bytes: a piece of "
                    + piece.byteSize() + " at " + offset + " does not fit");
        }
        if (memory != null) {
            MemorySegment.copy(piece, 0, memory, offset, piece.byteSize());
        }
    }

    /** Reads a piece of a message from where it comes. */
    @FunctionalInterface
    public interface PieceSource {
        /**
         * Fills the memory, as far as there is something to read.
         *
         * @return what the read returned
         */
        long readInto(ByteBuffer memory) throws IOException;
    }

    /** {@return whether somebody wants the message; if not, its bytes are to be read and dropped} */
    public synchronized boolean isTaken() {
        return memory != null;
    }

    /**
     * Reads the next piece of the message straight into its memory.
     *
     * @param count the most that the piece may have
     * @return what the source returned; 0 if nobody wants the message any more
     */
    public synchronized long read(long offset, int count, PieceSource source) throws IOException {
        return memory == null
                ? 0
                : source.readInto(memory.asSlice(offset, count).asByteBuffer());
    }

    /** Says that every piece has been written. */
    public void finish() {
        mailbox.finish(this);
    }

    int source() {
        return source;
    }

    Tag tag() {
        return tag;
    }

    boolean isStashed() {
        return stashed;
    }

    // The next four are guarded by the mailbox.

    boolean isComplete() {
        return complete;
    }

    void markComplete() {
        complete = true;
    }

    @Nullable
    Receipt receipt() {
        return receipt;
    }

    void bind(Receipt taker) {
        receipt = taker;
    }

    /** Moves a stashed message to where it was awaited. */
    synchronized void moveTo(MemorySegment target) {
        if (memory != null) {
            target.copyFrom(memory);
        }
    }

    /** Waits for a copy under way and lets go of the memory. */
    synchronized void drop() {
        memory = null;
    }
}
