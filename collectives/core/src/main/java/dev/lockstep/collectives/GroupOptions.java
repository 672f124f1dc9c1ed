package dev.lockstep.collectives;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Sets a group's bounds.
 *
 * @param timeout the longest that any single wait may last
 * @param stallAfter how long a wait lasts before {@code onStall} hears of it
 * @param onStall receives one line that says who waits for what from whom; called from the waiting thread
 * @param lanes how many collectives run at a time; later ones queue. Ranks that share memory run as many as their
 *     transport has windows
 * @param kernel asked first to combine elements
 */
public record GroupOptions(
        Duration timeout, Duration stallAfter, Consumer<String> onStall, int lanes, ReduceKernel kernel) {
    /** Checks that the bounds make sense together. */
    public GroupOptions {
        if (stallAfter.compareTo(timeout) > 0 || stallAfter.isNegative() || lanes < 1) {
            throw new IllegalArgumentException("group options: stallAfter " + stallAfter + " must lie within timeout "
                    + timeout + ", and lanes " + lanes + " be at least 1");
        }
    }

    /** Sets the bounds; the plain loops combine elements. */
    public GroupOptions(Duration timeout, Duration stallAfter, Consumer<String> onStall, int lanes) {
        this(timeout, stallAfter, onStall, lanes, ReduceKernel.NONE);
    }

    /** {@return five minutes, a report after one, two lanes} */
    public static GroupOptions defaults() {
        return new GroupOptions(Duration.ofMinutes(5), Duration.ofMinutes(1), _ -> {}, 2);
    }

    /** {@return these options with another timeout, and a report after a fifth of it} */
    public GroupOptions withTimeout(Duration other) {
        return new GroupOptions(other, other.dividedBy(5), onStall, lanes, kernel);
    }

    /** {@return these options with another receiver of reports} */
    public GroupOptions withOnStall(Consumer<String> other) {
        return new GroupOptions(timeout, stallAfter, other, lanes, kernel);
    }

    /** {@return these options with another kernel} */
    public GroupOptions withKernel(ReduceKernel other) {
        return new GroupOptions(timeout, stallAfter, onStall, lanes, other);
    }
}
