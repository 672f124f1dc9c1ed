package dev.lockstep.backend.op;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;

/** Counter-based randomness. Element i takes word {@code i % 4} of Philox block {@code i / 4} under the op's key. */
public sealed interface Sampling extends Op {
    /** Uniform in [0, 1): {@code (word >>> 8) / 2^24}. No inputs. */
    record Uniform(Shape shape, DType dtype, RandomKey key) implements Sampling {}

    /** Standard normal, by Box-Muller on the pairs of words of a block. No inputs. */
    record Normal(Shape shape, DType dtype, RandomKey key) implements Sampling {}

    /**
     * Zeroes an element with probability {@code p} (uniform below p) and scales the rest by {@code 1 / (1 - p)}: x to
     * y. It is its own gradient: applied to g under the same key.
     */
    record Dropout(double p, RandomKey key) implements Sampling, Pointwise {}
}
