package dev.lockstep.collectives.wire;

import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** A message on its way out, chunk by chunk, perhaps over several connections. Confined to whoever writes. */
public final class Outgoing {
    private final Frame.Kind kind;
    private final Envelope envelope;
    private final MemorySegment data;
    private final PendingWork work;
    private final int chunkBytes;
    private long takenBytes;
    private long writtenBytes;
    private boolean taken;

    /** Makes a message of which nothing has left. */
    public Outgoing(Frame.Kind kind, Envelope envelope, MemorySegment data, PendingWork work, int chunkBytes) {
        this.chunkBytes = chunkBytes;
        this.kind = kind;
        this.envelope = envelope;
        this.data = data;
        this.work = work;
    }

    /** {@return what ends when all of it has left} */
    public PendingWork work() {
        return work;
    }

    /** {@return the next chunk; there must be one} */
    public Frame take() {
        Frame chunk = Frame.chunk(kind, envelope, data.byteSize(), takenBytes, chunkBytes);
        takenBytes += chunk.payloadBytes();
        taken = takenBytes == data.byteSize();
        return chunk;
    }

    /** {@return whether every chunk has been taken} */
    public boolean isTaken() {
        return taken;
    }

    /** {@return the bytes of a chunk, in the message's own memory} */
    public ByteBuffer payload(Frame chunk) {
        return data.asSlice(chunk.offset(), chunk.payloadBytes()).asByteBuffer();
    }

    /** Takes note that a chunk has left; the work is done with the last of them. */
    public void written(int payloadBytes) {
        writtenBytes += payloadBytes;
        if (taken && writtenBytes == data.byteSize()) {
            work.complete();
        }
    }
}
