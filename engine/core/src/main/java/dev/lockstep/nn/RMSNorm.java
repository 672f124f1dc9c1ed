package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/**
 * Divides by the root of the mean square over the last axis, then scales (Zhang and Sennrich 2019). State:
 * {@code weight} [size] ones.
 */
public final class RMSNorm extends Layer {
    private final double eps;
    private final Tensor weight;

    /** Makes a layer with torch's eps for F32, 2^-23. */
    public RMSNorm(long size) {
        this(size, 0x1p-23);
    }

    /**
     * Makes a layer.
     *
     * @param eps added to the mean square
     */
    public RMSNorm(long size, double eps) {
        Checks.atLeast("RMSNorm", "size", size, 1);
        this.eps = eps;
        this.weight = param("weight", Init.ones_(Init.empty(Shape.of(size))));
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.rmsNorm(x, 1, weight, eps);
    }

    @Override
    protected String description() {
        return "(" + weight.numel() + ",), eps=" + Checks.number(eps) + ", elementwise_affine=True";
    }
}
