package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What ranks that share memory have besides messages.
 *
 * @param rooms memory of their callers that all ranks read
 * @param window where their collectives run, one after the other
 * @param farewell why a rank has given up, or null while it has not
 * @param cores the processors that the ranks share; the same number on every rank
 * @param nanoTime a monotonic clock
 */
public record Windows(
        Window window,
        Rooms rooms,
        IntFunction<@Nullable CollectiveException> farewell,
        int cores,
        LongSupplier nanoTime) {
    /** {@return the number of ranks} */
    public int size() {
        return window.size();
    }

    /** {@return whether there are more ranks than processors, so that waiting must leave the processor to others} */
    public boolean isOversubscribed() {
        return size() > cores;
    }
}
