package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What ranks that share memory have besides messages.
 *
 * @param rooms memory of their callers that all ranks read
 * @param window where their collectives run, one after the other
 * @param farewell why a rank has given up, or null while it has not
 * @param cores the processors that the ranks share; the same number on every rank
 * @param nanoTime a monotonic clock
 * @param names what the ranks are called in messages: their ranks in the whole group, if this is a part of it
 */
public record Windows(
        Window window,
        Rooms rooms,
        IntFunction<@Nullable CollectiveException> farewell,
        int cores,
        LongSupplier nanoTime,
        List<Integer> names) {
    /** Copies the list. */
    public Windows {
        names = List.copyOf(names);
    }

    /** What ranks have that are the whole group. */
    public Windows(
            Window window,
            Rooms rooms,
            IntFunction<@Nullable CollectiveException> farewell,
            int cores,
            LongSupplier nanoTime) {
        this(
                window,
                rooms,
                farewell,
                cores,
                nanoTime,
                IntStream.range(0, window.size()).boxed().toList());
    }

    /** {@return the same, with other names} */
    public Windows named(List<Integer> others) {
        return new Windows(window, rooms, farewell, cores, nanoTime, others);
    }

    /**
     * {@return what a sub-group has: a share of the processors, and everything else of its own}
     *
     * @param own the window of the sub-group, and {@code apart} its rooms
     * @param ranks its ranks, as these windows number them
     */
    public Windows part(Window own, Rooms apart, List<Integer> ranks) {
        return new Windows(
                own,
                apart,
                rank -> farewell.apply(ranks.get(rank)),
                cores * ranks.size() / size(),
                nanoTime,
                ranks.stream().map(names::get).toList());
    }

    /** {@return the number of ranks} */
    public int size() {
        return window.size();
    }

    /** {@return whether there are more ranks than processors, so that waiting must leave the processor to others} */
    public boolean isOversubscribed() {
        return size() > cores;
    }
}
