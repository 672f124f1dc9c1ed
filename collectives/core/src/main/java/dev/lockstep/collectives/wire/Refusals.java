package dev.lockstep.collectives.wire;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports callers that are sent away: the first ones each, then ever fewer, so that a flood of them does not flood the
 * log. Thread-safe.
 */
public final class Refusals {
    private static final long EACH_UP_TO = 32;

    private final Consumer<String> listener;
    private final AtomicLong count = new AtomicLong();

    /** Makes an empty count. */
    public Refusals(Consumer<String> listener) {
        this.listener = listener;
    }

    /** Takes note of one. */
    public void refuse(@Nullable Object caller, String reason) {
        long number = count.incrementAndGet();
        boolean rare = Long.bitCount(number) == 1;
        if (number <= EACH_UP_TO || rare) {
            listener.accept("refused a connection from " + caller + ": " + reason
                    + (number > EACH_UP_TO ? " (refusal " + number + "; most are no longer reported)" : ""));
        }
    }
}
