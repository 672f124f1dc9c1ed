package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.layout.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The head of one chunk of a message.
 *
 * <pre>
 * magic 4 | version 2 | kind 2 | job 16 | attempt 4 | generation 8 |
 * group 8 | sequence 8 | phase 4 | part 4 | call 1 | dtype 1 | op 1 | zero 1 | elements 8 | detail 4 |
 * message bytes 8 | offset 8 | payload bytes 4 | CRC32C of all before and of the payload 4
 * </pre>
 *
 * @param kind what the frame is for
 * @param envelope which message it belongs to
 * @param messageBytes the length of the whole message
 * @param offset where the payload lies in it
 * @param payloadBytes the length of the payload
 */
record Frame(Kind kind, Envelope envelope, long messageBytes, long offset, int payloadBytes) {
    static final int MAGIC = 0x4c4b4652; // "LKFR"
    static final int CHECKED_BYTES = 4 + 2 + 2 + TcpIdentity.JOB_BYTES + 4 + 8 + 8 + 8 + 4 + 4 + 4 + 8 + 4 + 8 + 8 + 4;
    static final int BYTES = CHECKED_BYTES + 4;
    static final int PAYLOAD_BYTES_MAX = 256 << 10;

    /** What a frame is for. */
    enum Kind {
        DATA,
        FAREWELL
    }

    /** {@return a checksum that has seen the head; the payload follows} */
    static CRC32C checksum(byte[] head) {
        CRC32C crc = new CRC32C();
        crc.update(head, 0, CHECKED_BYTES);
        return crc;
    }

    /** {@return the head's bytes, with room for the checksum at the end} */
    byte[] encode(TcpIdentity mine, long generation) {
        Tag tag = envelope.tag();
        Signature call = envelope.signature();
        return ByteBuffer.allocate(BYTES)
                .putInt(MAGIC)
                .putShort(Hello.VERSION)
                .putShort((short) kind.ordinal())
                .put(mine.job())
                .putInt(mine.attempt())
                .putLong(generation)
                .putLong(tag.group())
                .putLong(tag.sequence())
                .putInt(tag.phase())
                .putInt(tag.part())
                .put((byte) call.kind().ordinal())
                .put((byte) call.dtype().ordinal())
                .put((byte) call.op().ordinal())
                .put((byte) 0)
                .putLong(call.elements())
                .putInt(call.detail())
                .putLong(messageBytes)
                .putLong(offset)
                .putInt(payloadBytes)
                .array();
    }

    static int checksumOf(byte[] head) {
        return ByteBuffer.wrap(head).getInt(CHECKED_BYTES);
    }

    static void putChecksum(byte[] head, CRC32C crc) {
        ByteBuffer.wrap(head).putInt(CHECKED_BYTES, (int) crc.getValue());
    }

    /**
     * Reads a head.
     *
     * @throws UntrustedException if it is none, or of another job, attempt or generation, or its lengths make no sense
     */
    static Frame decode(byte[] head, TcpIdentity mine, long generation) {
        ByteBuffer in = ByteBuffer.wrap(head);
        require(in.getInt() == MAGIC && in.getShort() == Hello.VERSION, "a frame does not begin as one");
        Kind kind = pick(Kind.values(), in.getShort());
        byte[] job = new byte[TcpIdentity.JOB_BYTES];
        in.get(job);
        require(Arrays.equals(job, mine.job()), "a frame is of another job");
        int attempt = in.getInt();
        long theirs = in.getLong();
        require(
                attempt == mine.attempt() && theirs == generation,
                "a frame is of attempt " + attempt + ", generation " + theirs + ", not of " + mine.attempt() + ", "
                        + generation);
        Tag tag = new Tag(in.getLong(), in.getLong(), in.getInt(), in.getInt());
        Signature.Kind call = pick(Signature.Kind.values(), in.get());
        DType dtype = pick(DType.values(), in.get());
        ReduceOp op = pick(ReduceOp.values(), in.get());
        in.get();
        Signature signature = new Signature(call, dtype, op, in.getLong(), in.getInt());
        Frame frame = new Frame(kind, new Envelope(tag, signature), in.getLong(), in.getLong(), in.getInt());
        frame.checkLengths();
        return frame;
    }

    private void checkLengths() {
        boolean fits = payloadBytes >= 0
                && payloadBytes <= PAYLOAD_BYTES_MAX
                && messageBytes >= 0
                && offset >= 0
                && offset <= messageBytes - payloadBytes;
        require(
                fits,
                "a frame of " + payloadBytes + " bytes at " + offset + " does not fit its message of " + messageBytes);
    }

    private static <T> T pick(T[] values, int index) {
        require(index >= 0 && index < values.length, "a frame names an unknown kind, call, dtype or op: " + index);
        return values[index];
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new UntrustedException(problem);
        }
    }

    boolean isLast() {
        return offset + payloadBytes == messageBytes;
    }
}
