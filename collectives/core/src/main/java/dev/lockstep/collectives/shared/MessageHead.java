package dev.lockstep.collectives.shared;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;

/**
 * What comes before a message's bytes in a ring: sequence 8, phase 4, part 4, kind 4, dtype 4, op 4, detail 4, elements
 * 8, message bytes 8, group 8, pad.
 *
 * @param envelope which message it is
 * @param messageBytes its length
 */
record MessageHead(Envelope envelope, long messageBytes) {
    /** Divides the size of every ring, so that a head never wraps if messages are padded to it. */
    static final long BYTES = 64;

    void write(MemorySegment head) {
        Tag tag = envelope.tag();
        Signature call = envelope.signature();
        head.set(JAVA_LONG, 0, tag.sequence());
        head.set(JAVA_INT, 8, tag.phase());
        head.set(JAVA_INT, 12, tag.part());
        head.set(JAVA_INT, 16, call.kind().ordinal());
        head.set(JAVA_INT, 20, call.dtype().ordinal());
        head.set(JAVA_INT, 24, call.op().ordinal());
        head.set(JAVA_INT, 28, call.detail());
        head.set(JAVA_LONG, 32, call.elements());
        head.set(JAVA_LONG, 40, messageBytes);
        head.set(JAVA_LONG, 48, tag.group());
    }

    static MessageHead read(MemorySegment head) {
        Tag tag =
                new Tag(head.get(JAVA_LONG, 48), head.get(JAVA_LONG, 0), head.get(JAVA_INT, 8), head.get(JAVA_INT, 12));
        Signature call = new Signature(
                pick(Signature.Kind.values(), head.get(JAVA_INT, 16)),
                pick(DType.values(), head.get(JAVA_INT, 20)),
                pick(ReduceOp.values(), head.get(JAVA_INT, 24)),
                head.get(JAVA_LONG, 32),
                head.get(JAVA_INT, 28));
        return new MessageHead(new Envelope(tag, call), head.get(JAVA_LONG, 40));
    }

    private static <T> T pick(T[] values, int index) {
        if (index < 0 || index >= values.length) {
            throw new IllegalStateException("a message names an unknown kind, dtype or op: " + index);
        }
        return values[index];
    }

    /** {@return the message's length in a ring} */
    static long padded(long sizeBytes) {
        return Math.ceilDiv(sizeBytes, BYTES) * BYTES;
    }
}
