package dev.lockstep.tensor;

import org.jspecify.annotations.Nullable;

/**
 * How bags of vectors are folded.
 *
 * @param mode sum, mean or maximum
 * @param paddingIndex the row that counts for nothing, or -1 for none
 * @param sampleWeights of the index's shape: what each row is multiplied by, for sums; null for ones
 */
public record EmbeddingBagOptions(
        Mode mode, long paddingIndex, @Nullable Tensor sampleWeights) {
    /** The folds. */
    public enum Mode {
        SUM,
        MEAN,
        MAX
    }

    /** torch's defaults: mean, no padding row. */
    public static final EmbeddingBagOptions DEFAULT = new EmbeddingBagOptions(Mode.MEAN, -1, null);

    /** Checks that weights come with sums only. */
    public EmbeddingBagOptions {
        if (sampleWeights != null && mode != Mode.SUM) {
            throw new IllegalArgumentException("embeddingBag: weights of samples go with sums, not with " + mode);
        }
    }

    /** {@return these options with another fold} */
    public EmbeddingBagOptions mode(Mode other) {
        return new EmbeddingBagOptions(other, paddingIndex, sampleWeights);
    }

    /** {@return these options with another padding row} */
    public EmbeddingBagOptions paddingIndex(long row) {
        return new EmbeddingBagOptions(mode, row, sampleWeights);
    }

    /** {@return these options, summing with weights} */
    public EmbeddingBagOptions sampleWeights(Tensor weights) {
        return new EmbeddingBagOptions(Mode.SUM, paddingIndex, weights);
    }
}
