package dev.lockstep.tensor;

import dev.lockstep.backend.op.RandomKey;
import org.jspecify.annotations.Nullable;

/** Holds each thread's random source. */
final class CurrentRandom {
    private static final ThreadLocal<CurrentRandom> CURRENT = ThreadLocal.withInitial(CurrentRandom::new);

    private @Nullable RandomSource installed;

    private CurrentRandom() {}

    static RandomSource source() {
        RandomSource mine = CURRENT.get().installed;
        return mine == null ? CurrentRandom::fromDefaultGenerator : mine;
    }

    static boolean isInstalled() {
        return CURRENT.get().installed != null;
    }

    static RandomSource.Restore install(RandomSource source) {
        CurrentRandom current = CURRENT.get();
        RandomSource before = current.installed;
        current.installed = source;
        return () -> current.installed = before;
    }

    private static RandomKey fromDefaultGenerator() {
        return Generator.defaultGenerator().nextKey();
    }
}
