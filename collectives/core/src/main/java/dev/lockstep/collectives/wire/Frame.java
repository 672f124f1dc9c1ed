package dev.lockstep.collectives.wire;

import dev.lockstep.collectives.transport.Envelope;

/**
 * One chunk of a message, without its bytes. The chunks of a wire have one length, all but the last of a message, and
 * lie at multiples of it, so that they may come in any order, over any connection.
 *
 * @param kind what the frame is for
 * @param envelope which message it belongs to
 * @param messageBytes the length of the whole message
 * @param offset where the payload lies in it
 * @param payloadBytes the length of the payload
 */
public record Frame(Kind kind, Envelope envelope, long messageBytes, long offset, int payloadBytes) {
    /** What a frame is for. */
    public enum Kind {
        /** A chunk of a message. */
        DATA,
        /** Why the sender gives the group up. */
        FAREWELL
    }

    /** {@return the chunk that begins at {@code offset}} */
    public static Frame chunk(Kind kind, Envelope envelope, long messageBytes, long offset, int chunkBytes) {
        int payload = (int) Math.min(chunkBytes, messageBytes - offset);
        return new Frame(kind, envelope, messageBytes, offset, payload);
    }

    /** {@return the number of the chunk within its message} */
    int number(int chunkBytes) {
        return (int) (offset / chunkBytes);
    }

    /** {@return whether the lengths can be those of a chunk} */
    boolean isWhole(int chunkBytes) {
        return messageBytes >= 0
                && messageBytes / chunkBytes < Integer.MAX_VALUE
                && offset >= 0
                && offset % chunkBytes == 0
                && (offset < messageBytes || offset == 0)
                && payloadBytes == Math.min(chunkBytes, messageBytes - offset);
    }
}
