package dev.lockstep.collectives.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The first message of a connection: what the caller wants to be.
 *
 * <pre>
 * magic 4 | version 2 | job 16 | attempt 4 | generation 8 | rank 4 | size 4 | socket 2 | sockets 2 | nonce 16
 * </pre>
 *
 * @param job the job's 128 bits, in hexadecimal
 * @param attempt the attempt's number
 * @param generation the generation to join
 * @param rank the caller's rank in it
 * @param size how many workers it has
 * @param socket which of the connections of the two this is, from 0
 * @param sockets how many the caller makes
 * @param nonce 16 random bytes, in hexadecimal
 */
public record Hello(
        String job, int attempt, long generation, int rank, int size, int socket, int sockets, String nonce) {
    private static final HexFormat HEX = HexFormat.of();
    /** How it begins: "LKSP". */
    public static final int MAGIC = 0x4c4b5350;

    /** What version of the wire this is. */
    public static final short VERSION = 3;

    /** The length of a nonce. */
    public static final int NONCE_BYTES = 16;

    /** The length of a hello. */
    public static final int BYTES = 4 + 2 + WireIdentity.JOB_BYTES + 4 + 8 + 4 + 4 + 2 + 2 + NONCE_BYTES;

    /** What the listener answers, before its own nonce and proof. */
    public enum Answer {
        WELCOME,
        FENCED,
        FOREIGN,
        UNLIKE;

        /** {@return why this is the answer} */
        public String reason(Hello caller) {
            return switch (this) {
                case WELCOME -> "it is welcome";
                case FENCED ->
                    "it is of attempt " + caller.attempt() + ", generation " + caller.generation()
                            + ", which is superseded";
                case FOREIGN -> "it is of another job";
                case UNLIKE -> "it connects " + caller.sockets() + " sockets a peer, this worker another number";
            };
        }
    }

    /** The length of an answer. */
    public static final int ANSWER_BYTES = 1 + NONCE_BYTES + WireIdentity.PROOF_BYTES;

    /** {@return the hello's bytes} */
    public byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putInt(MAGIC)
                .putShort(VERSION)
                .put(HEX.parseHex(job))
                .putInt(attempt)
                .putLong(generation)
                .putInt(rank)
                .putInt(size)
                .putShort((short) socket)
                .putShort((short) sockets)
                .put(HEX.parseHex(nonce))
                .array();
    }

    /**
     * Reads a hello.
     *
     * @throws UntrustedException if it is none, or of another version
     */
    public static Hello decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt() != MAGIC) {
            throw new UntrustedException("what it says is no Lockstep handshake");
        }
        short version = in.getShort();
        if (version != VERSION) {
            throw new UntrustedException("it speaks version " + version + " of the wire, this worker " + VERSION);
        }
        String job = take(in, WireIdentity.JOB_BYTES);
        return new Hello(
                job,
                in.getInt(),
                in.getLong(),
                in.getInt(),
                in.getInt(),
                in.getShort(),
                in.getShort(),
                take(in, NONCE_BYTES));
    }

    private static String take(ByteBuffer in, int count) {
        byte[] bytes = new byte[count];
        in.get(bytes);
        return HEX.formatHex(bytes);
    }

    /** {@return whether the caller says that it is of this job} */
    public boolean isOfJob(WireIdentity mine) {
        return job.equals(HEX.formatHex(mine.job()));
    }
}
