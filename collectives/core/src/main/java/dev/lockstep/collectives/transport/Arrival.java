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
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

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

    /** Reads a piece of a message from where it comes, into a view of its memory. */
    @FunctionalInterface
    public interface PieceSource {
        /** {@return what the read returned} */
        long read() throws IOException;
    }

    /** {@return whether somebody wants the message; if not, its bytes are to be read and dropped} */
    public synchronized boolean isTaken() {
        return memory != null;
    }

    /**
     * {@return a view of a piece of the message's memory, to be written in {@link #read} only; empty if nobody wants
     * the message any more}
     */
    public synchronized ByteBuffer view(long offset, int count) {
        return memory == null ? NOTHING : memory.asSlice(offset, count).asByteBuffer();
    }

    /** {@return what the source returned, which may write a view meanwhile; 0 if nobody wants the message any more} */
    public synchronized long read(PieceSource source) throws IOException {
        return memory == null ? 0 : source.read();
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
