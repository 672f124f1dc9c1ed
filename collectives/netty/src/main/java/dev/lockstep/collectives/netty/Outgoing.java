package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** A message on its way out, chunk by chunk, perhaps over several connections. Confined to the pump. */
final class Outgoing {
    private final Frame.Kind kind;
    private final Envelope envelope;
    private final MemorySegment data;
    private final PendingWork work;
    private long takenBytes;
    private long writtenBytes;
    private boolean taken;

    Outgoing(Frame.Kind kind, Envelope envelope, MemorySegment data, PendingWork work) {
        this.kind = kind;
        this.envelope = envelope;
        this.data = data;
        this.work = work;
    }

    PendingWork work() {
        return work;
    }

    /** {@return the next chunk; there must be one} */
    Frame take() {
        Frame chunk = Frame.chunk(kind, envelope, data.byteSize(), takenBytes);
        takenBytes += chunk.payloadBytes();
        taken = takenBytes == data.byteSize();
        return chunk;
    }

    /** {@return whether every chunk has been taken} */
    boolean isTaken() {
        return taken;
    }

    ByteBuffer payload(Frame chunk) {
        return data.asSlice(chunk.offset(), chunk.payloadBytes()).asByteBuffer();
    }

    /** Takes note that a chunk has left; the work is done with the last of them. */
    void written(int payloadBytes) {
        writtenBytes += payloadBytes;
        if (taken && writtenBytes == data.byteSize()) {
            work.complete();
        }
    }
}
