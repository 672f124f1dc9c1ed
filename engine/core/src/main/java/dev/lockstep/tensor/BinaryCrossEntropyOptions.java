package dev.lockstep.tensor;

import org.jspecify.annotations.Nullable;

/**
 * How binary cross-entropy weighs its elements.
 *
 * @param reduction how the elements' losses are joined
 * @param weight of each element, broadcast; null for ones
 * @param positiveWeight of the positive class, broadcast; null for ones; with logits only
 */
public record BinaryCrossEntropyOptions(
        LossReduction reduction,
        @Nullable Tensor weight,
        @Nullable Tensor positiveWeight) {
    /** torch's defaults: mean, no weights. */
    public static final BinaryCrossEntropyOptions DEFAULT =
            new BinaryCrossEntropyOptions(LossReduction.MEAN, null, null);

    /** {@return these options with another reduction} */
    public BinaryCrossEntropyOptions reduction(LossReduction other) {
        return new BinaryCrossEntropyOptions(other, weight, positiveWeight);
    }

    /** {@return these options with weights of the elements} */
    public BinaryCrossEntropyOptions weight(Tensor ofElements) {
        return new BinaryCrossEntropyOptions(reduction, ofElements, positiveWeight);
    }

    /** {@return these options with weights of the positive class} */
    public BinaryCrossEntropyOptions positiveWeight(Tensor ofPositive) {
        return new BinaryCrossEntropyOptions(reduction, weight, ofPositive);
    }

    Tensor join(Tensor losses) {
        return reduction.apply(weight == null ? losses : losses.mul(weight));
    }
}
