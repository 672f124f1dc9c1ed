package dev.lockstep.backend.cpu.kernel;

/**
 * Numbers of the channels that consecutive floats belong to, as streams of as many floats: means, reciprocal deviations
 * and what else a loop wants, in this order.
 *
 * @param first where the first stream begins
 * @param step the bytes from one stream to the next
 */
record Channels(long first, long step) {
    /** {@return where a stream begins} */
    long stream(int index) {
        return first + index * step;
    }

    /** Copies the beginnings of streams, shorter than a vector, to vectors that lie one after the other. */
    Channels gathered(int streams, long to, long count) {
        for (int i = 0; i < streams; i++) {
            Lanes.copyFew(stream(i), to + i * Lanes.BYTES, count);
        }
        return new Channels(to, Lanes.BYTES);
    }
}
