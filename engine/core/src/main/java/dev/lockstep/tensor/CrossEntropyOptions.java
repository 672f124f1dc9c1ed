package dev.lockstep.tensor;

import org.jspecify.annotations.Nullable;

/**
 * How cross-entropy treats its targets.
 *
 * @param ignoreIndex targets of this value count for nothing
 * @param labelSmoothing how much of the target is spread over all classes, in [0, 1)
 * @param reduction how the rows' losses are joined; the mean is over the targets that count, each by its class' weight
 * @param weight of each class, [C]; null for ones
 */
public record CrossEntropyOptions(
        long ignoreIndex,
        double labelSmoothing,
        LossReduction reduction,
        @Nullable Tensor weight) {
    /** torch's defaults: ignore -100, no smoothing, mean, no weights. */
    public static final CrossEntropyOptions DEFAULT = new CrossEntropyOptions(-100, 0, LossReduction.MEAN, null);

    /** {@return these options ignoring another target value} */
    public CrossEntropyOptions ignoreIndex(long index) {
        return new CrossEntropyOptions(index, labelSmoothing, reduction, weight);
    }

    /** {@return these options with another smoothing} */
    public CrossEntropyOptions labelSmoothing(double smoothing) {
        return new CrossEntropyOptions(ignoreIndex, smoothing, reduction, weight);
    }

    /** {@return these options with another reduction} */
    public CrossEntropyOptions reduction(LossReduction other) {
        return new CrossEntropyOptions(ignoreIndex, labelSmoothing, other, weight);
    }

    /** {@return these options with weights of the classes} */
    public CrossEntropyOptions weight(Tensor ofClasses) {
        return new CrossEntropyOptions(ignoreIndex, labelSmoothing, reduction, ofClasses);
    }
}
