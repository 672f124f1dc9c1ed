package dev.lockstep.collectives.netty;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The first message of a connection: what the caller wants to be.
 *
 * <pre>
 * magic 4 | version 2 | job 16 | attempt 4 | generation 8 | rank 4 | size 4 | nonce 16
 * </pre>
 *
 * @param job the job's 128 bits, in hexadecimal
 * @param attempt the attempt's number
 * @param generation the generation to join
 * @param rank the caller's rank in it
 * @param size how many workers it has
 * @param nonce 16 random bytes, in hexadecimal
 */
record Hello(String job, int attempt, long generation, int rank, int size, String nonce) {
    private static final HexFormat HEX = HexFormat.of();
    static final int MAGIC = 0x4c4b5350; // "LKSP"
    static final short VERSION = 2;
    static final int NONCE_BYTES = 16;
    static final int BYTES = 4 + 2 + TcpIdentity.JOB_BYTES + 4 + 8 + 4 + 4 + NONCE_BYTES;

    /** What the listener answers, before its own nonce and proof. */
    enum Answer {
        WELCOME,
        FENCED,
        FOREIGN;

        /** {@return why this is the answer} */
        String reason(Hello caller) {
            return switch (this) {
                case WELCOME -> "it is welcome";
                case FENCED ->
                    "it is of attempt " + caller.attempt() + ", generation " + caller.generation()
                            + ", which is superseded";
                case FOREIGN -> "it is of another job";
            };
        }
    }

    static final int ANSWER_BYTES = 1 + NONCE_BYTES + TcpIdentity.PROOF_BYTES;

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putInt(MAGIC)
                .putShort(VERSION)
                .put(HEX.parseHex(job))
                .putInt(attempt)
                .putLong(generation)
                .putInt(rank)
                .putInt(size)
                .put(HEX.parseHex(nonce))
                .array();
    }

    /**
     * Reads a hello.
     *
     * @throws UntrustedException if it is none, or of another version
     */
    static Hello decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt() != MAGIC) {
            throw new UntrustedException("what it says is no Lockstep handshake");
        }
        short version = in.getShort();
        if (version != VERSION) {
            throw new UntrustedException("it speaks version " + version + " of the wire, this worker " + VERSION);
        }
        String job = take(in, TcpIdentity.JOB_BYTES);
        return new Hello(job, in.getInt(), in.getLong(), in.getInt(), in.getInt(), take(in, NONCE_BYTES));
    }

    private static String take(ByteBuffer in, int count) {
        byte[] bytes = new byte[count];
        in.get(bytes);
        return HEX.formatHex(bytes);
    }

    boolean isOfJob(TcpIdentity mine) {
        return job.equals(HEX.formatHex(mine.job()));
    }
}
