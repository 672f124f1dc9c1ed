package dev.lockstep.backend.op;

import java.util.Optional;

/**
 * How attention turns scores into weights: {@code dropout(softmax(scale q k^T + mask))}.
 *
 * @param scale what the products of queries and keys are multiplied by
 * @param causal whether a query sees only the keys up to its own place
 * @param hasMask whether the op has one more input, its last: a mask of four axes, each of the size in [B, H, T, S] or
 *     1 where all share it. A bool says which keys a query sees; a number of the queries' dtype is added to the score,
 *     so that {@code -inf} hides
 * @param dropout drops weights, element i of the stream deciding over element i of [B, H, T, S]; empty for none
 */
public record Weighing(double scale, boolean causal, boolean hasMask, Optional<Sampling.Dropout> dropout) {
    /** Neither mask nor dropout. */
    public Weighing(double scale, boolean causal) {
        this(scale, causal, false, Optional.empty());
    }
}
