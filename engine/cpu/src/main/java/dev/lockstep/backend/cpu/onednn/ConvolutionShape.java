package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;

/**
 * One convolution, whatever its direction: the key of its plan. Images are channels-last in memory, weights in C order.
 *
 * @param pass which of the three is computed
 * @param window how the kernel moves
 * @param groups how many independent parts the channels fall into
 * @param images the input's shape, [N, C, H, W]
 * @param weights the weights' shape, [out, C / groups, kH, kW]
 * @param hasBias whether {@code [out]} is added (forward only)
 * @param factors in what both factors are multiplied: F32 or BF16; what is computed is f32
 */
record ConvolutionShape(
        Pass pass, Window window, int groups, Shape images, Shape weights, boolean hasBias, DType factors) {
    /** The directions of a convolution. */
    enum Pass {
        FORWARD,
        INPUT_GRADIENT,
        WEIGHT_GRADIENT
    }

    /** {@return the same convolution with other factors} */
    ConvolutionShape of(DType other) {
        return new ConvolutionShape(pass, window, groups, images, weights, hasBias, other);
    }

    /** {@return the shape of the result of the forward direction, [N, out, H', W']} */
    Shape outputs() {
        return Shape.of(images.size(0), weights.size(0), window.outH(images.size(2)), window.outW(images.size(3)));
    }

    /** {@return whether the parts are those of one convolution with something to compute} */
    boolean isConsistent() {
        boolean ranks = images.rank() == 4 && weights.rank() == 4;
        return ranks
                && groups >= 1
                && images.elements() > 0
                && weights.elements() > 0
                && images.size(1) == weights.size(1) * groups
                && weights.size(0) % groups == 0
                && weights.size(2) == window.kernelH()
                && weights.size(3) == window.kernelW()
                && window.outH(images.size(2)) > 0
                && window.outW(images.size(3)) > 0;
    }

    /**
     * {@return the sizes of the weights as oneDNN wants them: [groups, out / groups, in / groups, kH, kW] where there
     * are groups}
     */
    long[] weightDims() {
        if (groups == 1) {
            return weights.toArray();
        }
        return new long[] {groups, weights.size(0) / groups, weights.size(1), weights.size(2), weights.size(3)};
    }
}
