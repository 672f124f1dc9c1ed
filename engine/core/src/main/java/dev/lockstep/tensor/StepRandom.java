package dev.lockstep.tensor;

import dev.lockstep.backend.op.RandomKey;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The random source of one virtual rank in one step: a key depends on (job seed, step, virtual rank, module path, how
 * many keys that path has drawn in this step) and on nothing else, so that whoever does the step again draws the same
 * numbers. Confined to one thread.
 *
 * <p>The seed of a key is {@code mix(mix(mix(jobSeed) ^ step) ^ virtualRank)}, its stream {@code mix(fnv(path) ^ n)},
 * where mix is the finalizer of SplitMix64 after adding its increment and fnv is FNV-1a, 64 bits, over the path's
 * UTF-8.
 */
public final class StepRandom implements RandomSource {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final long seed;
    private final Map<String, Long> drawn = new HashMap<>();

    /** Makes the source of one virtual rank in one step. */
    public StepRandom(long jobSeed, long step, int virtualRank) {
        this.seed = mix(mix(mix(jobSeed) ^ step) ^ virtualRank);
    }

    /** {@return the seed of all its keys} */
    public long seed() {
        return seed;
    }

    @Override
    public RandomKey next() {
        String path = CallPath.current();
        long n = drawn.merge(path, 1L, Long::sum) - 1;
        return new RandomKey(seed, mix(hash(path) ^ n));
    }

    /** {@return the 64-bit FNV-1a hash of a path's UTF-8} */
    static long hash(String path) {
        long hash = FNV_OFFSET;
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /** {@return SplitMix64's output for a state: a bijection that spreads every bit} */
    static long mix(long state) {
        long z = state + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
