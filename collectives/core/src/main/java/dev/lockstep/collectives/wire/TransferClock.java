package dev.lockstep.collectives.wire;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Watches how the messages of one peer come in. A deadline runs from a message's first byte, never before: a peer that
 * has not come yet is slow, one that has stopped in the middle of a message is broken. How long a pause may be follows
 * from the pauses seen lately. Confined to whoever reads the peer's connections.
 */
public final class TransferClock {
    /** A pause may be so many times the longest one seen lately. */
    private static final long PAUSES = 32;

    /** Of the longest pause a part is forgotten with every piece that comes sooner: one in so many. */
    private static final long FORGETTING = 64;

    private static final long NOT_RUNNING = Long.MIN_VALUE;

    private final long patienceNanos;
    private long since = NOT_RUNNING;
    private long longestNanos;

    /** Makes a clock that is never less patient than this. */
    public TransferClock(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /** Takes note of a piece; {@code underWay} says whether a message has begun and not ended with it. */
    public void moved(long nanos, boolean underWay) {
        if (since != NOT_RUNNING) {
            long pause = nanos - since;
            longestNanos = Math.max(pause, longestNanos - longestNanos / FORGETTING);
        }
        since = underWay ? nanos : NOT_RUNNING;
    }

    /** Begins the pause anew: the peer was not listened to until now. */
    public void resume(long nanos) {
        if (since != NOT_RUNNING) {
            since = nanos;
        }
    }

    private long limitNanos() {
        return Math.max(patienceNanos, PAUSES * longestNanos);
    }

    /** {@return how long a message has stood still, if that is too long} */
    public OptionalLong overdueNanos(long nanos) {
        return since != NOT_RUNNING && nanos - since > limitNanos()
                ? OptionalLong.of(nanos - since)
                : OptionalLong.empty();
    }

    /** {@return what has happened, in words} */
    public String describe(long overdueNanos) {
        return "it stopped in the middle of a message " + TimeUnit.NANOSECONDS.toMillis(overdueNanos)
                + " ms ago (longest pause lately " + TimeUnit.NANOSECONDS.toMillis(longestNanos) + " ms)";
    }
}
