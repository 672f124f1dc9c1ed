package dev.lockstep.data;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What an epoch has of its own. That of the last epoch asked for is kept, since a caller mostly stays in one.
 * Thread-safe.
 */
final class PerEpoch<T> {
    private final LongFunction<T> maker;
    private final AtomicReference<@Nullable Made<T>> last = new AtomicReference<>();

    private record Made<T>(long epoch, T value) {}

    /** Takes what makes it, the same for the same epoch whenever it is asked. */
    PerEpoch(LongFunction<T> maker) {
        this.maker = maker;
    }

    T of(long epoch) {
        Made<T> made = last.get();
        if (made == null || made.epoch() != epoch) {
            made = new Made<>(epoch, maker.apply(epoch));
            last.set(made);
        }
        return made.value();
    }
}
