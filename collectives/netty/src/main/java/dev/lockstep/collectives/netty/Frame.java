package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.transport.Envelope;

/**
 * One chunk of a message, without its bytes. Chunks lie at multiples of {@link #PAYLOAD_BYTES_MAX} and are full but for
 * the last, so that they may come in any order, over any connection.
 *
 * @param kind what the frame is for
 * @param envelope which message it belongs to
 * @param messageBytes the length of the whole message
 * @param offset where the payload lies in it
 * @param payloadBytes the length of the payload
 */
record Frame(Kind kind, Envelope envelope, long messageBytes, long offset, int payloadBytes) {
    static final int PAYLOAD_BYTES_MAX = 256 << 10;

    /** What a frame is for. */
    enum Kind {
        DATA,
        FAREWELL
    }

    /** {@return the chunk that begins at {@code offset}} */
    static Frame chunk(Kind kind, Envelope envelope, long messageBytes, long offset) {
        int payload = (int) Math.min(PAYLOAD_BYTES_MAX, messageBytes - offset);
        return new Frame(kind, envelope, messageBytes, offset, payload);
    }

    /** {@return the number of the chunk within its message} */
    int chunk() {
        return (int) (offset / PAYLOAD_BYTES_MAX);
    }

    /** {@return whether the lengths can be those of a chunk} */
    boolean isWhole() {
        return messageBytes >= 0
                && messageBytes / PAYLOAD_BYTES_MAX < Integer.MAX_VALUE
                && offset >= 0
                && offset % PAYLOAD_BYTES_MAX == 0
                && (offset < messageBytes || offset == 0)
                && payloadBytes == Math.min(PAYLOAD_BYTES_MAX, messageBytes - offset);
    }
}
