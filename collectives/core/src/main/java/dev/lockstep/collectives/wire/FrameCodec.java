package dev.lockstep.collectives.wire;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.layout.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Writes and reads the heads of one generation's frames. A head has a checksum of its own: nothing in it is believed,
 * no length above all, before that is right.
 *
 * <pre>
 * magic 4 | version 2 | kind 2 | job 16 | attempt 4 | generation 8 |
 * group 8 | sequence 8 | phase 4 | part 4 | call 1 | dtype 1 | op 1 | zero 1 | elements 8 | detail 4 |
 * message bytes 8 | offset 8 | payload bytes 4 | CRC32C of the payload 4 | CRC32C of all before 4
 * </pre>
 *
 * Confined to one thread at a time.
 */
public final class FrameCodec {
    static final int MAGIC = 0x4c4b4652; // "LKFR"
    private static final int CHECKED_BYTES =
            4 + 2 + 2 + WireIdentity.JOB_BYTES + 4 + 8 + 8 + 8 + 4 + 4 + 4 + 8 + 4 + 8 + 8 + 4 + 4;

    /** The length of a head. */
    public static final int BYTES = CHECKED_BYTES + 4;

    private static final int PAYLOAD_CHECKSUM_AT = CHECKED_BYTES - 4;

    private static final Frame.Kind[] KINDS = Frame.Kind.values();
    private static final Signature.Kind[] CALLS = Signature.Kind.values();
    private static final DType[] DTYPES = DType.values();
    private static final ReduceOp[] OPS = ReduceOp.values();

    private final byte[] job;
    private final int attempt;
    private final long generation;
    private final int chunkBytes;
    private final byte[] theirJob = new byte[WireIdentity.JOB_BYTES];
    private final CRC32C crc = new CRC32C();

    /**
     * Makes a codec.
     *
     * @param chunkBytes the length of chunks, the same at both ends
     */
    public FrameCodec(WireIdentity identity, long generation, int chunkBytes) {
        this.chunkBytes = chunkBytes;
        this.job = identity.job();
        this.attempt = identity.attempt();
        this.generation = generation;
    }

    /** Writes a head at the position of {@code head}; the payload's position stays. */
    public void encode(Frame frame, ByteBuffer payload, ByteBuffer head) {
        int start = head.position();
        Tag tag = frame.envelope().tag();
        Signature call = frame.envelope().signature();
        head.putInt(MAGIC)
                .putShort(Hello.VERSION)
                .putShort((short) frame.kind().ordinal())
                .put(job)
                .putInt(attempt)
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
                .putLong(frame.messageBytes())
                .putLong(frame.offset())
                .putInt(frame.payloadBytes())
                .putInt(checksum(payload.duplicate()))
                .putInt(checksum(head.slice(start, CHECKED_BYTES)));
    }

    /** {@return the length of chunks} */
    public int chunkBytes() {
        return chunkBytes;
    }

    private int checksum(ByteBuffer bytes) {
        crc.reset();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** {@return the checksum that a head promises for its payload} */
    static int payloadChecksum(ByteBuffer head) {
        return head.getInt(PAYLOAD_CHECKSUM_AT);
    }

    /**
     * Reads a head from the start of {@code head}.
     *
     * @throws UntrustedException if it is none, is damaged, of another job, attempt or generation, or makes no sense
     */
    public Frame decode(ByteBuffer head) {
        ByteBuffer in = head.slice(0, BYTES);
        require(in.getInt() == MAGIC && in.getShort() == Hello.VERSION, "a frame does not begin as one");
        require(
                checksum(in.slice(0, CHECKED_BYTES)) == in.getInt(CHECKED_BYTES),
                "the checksum of a frame's head is wrong");
        Frame.Kind kind = pick(KINDS, in.getShort());
        in.get(theirJob);
        require(Arrays.equals(theirJob, job), "a frame is of another job");
        checkAge(in.getInt(), in.getLong());
        Frame frame = new Frame(kind, envelope(in), in.getLong(), in.getLong(), in.getInt());
        if (!frame.isWhole(chunkBytes)) {
            throw new UntrustedException("a frame of " + frame.payloadBytes() + " bytes at " + frame.offset()
                    + " does not fit its message of " + frame.messageBytes());
        }
        return frame;
    }

    private void checkAge(int theirAttempt, long theirGeneration) {
        if (theirAttempt != attempt || theirGeneration != generation) {
            throw new UntrustedException("a frame is of attempt " + theirAttempt + ", generation " + theirGeneration
                    + ", not of " + attempt + ", " + generation);
        }
    }

    private static Envelope envelope(ByteBuffer in) {
        Tag tag = new Tag(in.getLong(), in.getLong(), in.getInt(), in.getInt());
        Signature.Kind call = pick(CALLS, in.get());
        DType dtype = pick(DTYPES, in.get());
        ReduceOp op = pick(OPS, in.get());
        in.get();
        return new Envelope(tag, new Signature(call, dtype, op, in.getLong(), in.getInt()));
    }

    private static <T> T pick(T[] values, int index) {
        if (index < 0 || index >= values.length) {
            throw new UntrustedException("a frame names an unknown kind, call, dtype or op: " + index);
        }
        return values[index];
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new UntrustedException(problem);
        }
    }
}
