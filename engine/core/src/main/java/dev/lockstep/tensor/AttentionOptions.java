package dev.lockstep.tensor;

import org.jspecify.annotations.Nullable;

/**
 * How attention weighs.
 *
 * @param causal whether a query sees only keys up to its own place
 * @param dropout probability of a weight to be dropped; 0 outside training
 * @param mask broadcasts to [..., T, S]: a bool says which keys take part, a number is added to the score; null for
 *     none
 * @param scale what scores are multiplied by; 0 stands for {@code 1 / sqrt(D)}
 */
public record AttentionOptions(
        boolean causal, double dropout, @Nullable Tensor mask, double scale) {
    /** torch's defaults: no mask, no dropout, {@code 1 / sqrt(D)}. */
    public static final AttentionOptions DEFAULT = new AttentionOptions(false, 0, null, 0);

    /** {@return these options with another choice of looking ahead} */
    public AttentionOptions causal(boolean wanted) {
        return new AttentionOptions(wanted, dropout, mask, scale);
    }

    /** {@return these options with another probability of dropping} */
    public AttentionOptions dropout(double p) {
        return new AttentionOptions(causal, p, mask, scale);
    }

    /** {@return these options with a mask} */
    public AttentionOptions mask(Tensor other) {
        return new AttentionOptions(causal, dropout, other, scale);
    }

    /** {@return these options with another scale} */
    public AttentionOptions scale(double factor) {
        return new AttentionOptions(causal, dropout, mask, factor);
    }
}
