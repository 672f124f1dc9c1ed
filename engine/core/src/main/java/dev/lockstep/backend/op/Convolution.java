package dev.lockstep.backend.op;

import dev.lockstep.layout.Shape;

/**
 * Convolution and pooling over images [N, C, H, W]; outputs are channels-last in memory. Weights are [out, in / groups,
 * kH, kW].
 */
public sealed interface Convolution extends Op {
    /** {@return whether this is a convolution or one of its gradients, not pooling} */
    default boolean multiplies() {
        return this instanceof Conv2d || this instanceof Conv2dInputGrad || this instanceof Conv2dWeightGrad;
    }

    /** Cross-correlation: (x, weight, bias [out] if {@code hasBias}) to [N, out, H', W']. */
    record Conv2d(Window window, int groups, boolean hasBias) implements Convolution {}

    /** Gradient of {@link Conv2d} for its input: (g, weight) to a value of {@code inputShape}. */
    record Conv2dInputGrad(Window window, int groups, Shape inputShape) implements Convolution {}

    /** Gradient of {@link Conv2d} for its weight: (g, x) to a value of {@code weightShape}, C order. */
    record Conv2dWeightGrad(Window window, int groups, Shape weightShape) implements Convolution {}

    /**
     * Maximum in each window, padded with -inf: x to (y, index), index i32 of the first maximum within H*W of its image
     * plane.
     */
    record MaxPool2d(Window window) implements Convolution {}

    /** Gradient of {@link MaxPool2d}: (g, index) to a value of {@code inputShape}. The index is one that it gave. */
    record MaxPool2dGrad(Window window, Shape inputShape) implements Convolution {}

    /** Mean of each window; padding counts as zeros in the mean: x to y. */
    record AvgPool2d(Window window) implements Convolution {}

    /** Gradient of {@link AvgPool2d}: g to a value of {@code inputShape}. */
    record AvgPool2dGrad(Window window, Shape inputShape) implements Convolution {}
}
