package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/**
 * Normalises [N, C, ...] over each group of channels of a sample, then scales and shifts each channel (Wu and He 2018).
 * State: {@code weight} [C] ones, {@code bias} [C] zeros.
 */
public final class GroupNorm extends Layer {
    private final int groups;
    private final double eps;
    private final Tensor weight;
    private final Tensor bias;

    /** Makes a layer with eps 1e-5. */
    public GroupNorm(int groups, int channels) {
        this(groups, channels, 1e-5);
    }

    /**
     * Makes a layer.
     *
     * @param eps added to the variance
     */
    public GroupNorm(int groups, int channels, double eps) {
        Checks.atLeast("GroupNorm", "groups", groups, 1);
        if (channels % groups != 0) {
            throw new IllegalArgumentException(
                    "GroupNorm: " + groups + " groups do not divide " + channels + " channels");
        }
        this.groups = groups;
        this.eps = eps;
        this.weight = param("weight", Init.ones_(Init.empty(Shape.of(channels))));
        this.bias = param("bias", Init.zeros_(Init.empty(Shape.of(channels))));
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.groupNorm(x, groups, weight, bias, eps);
    }

    @Override
    protected String description() {
        return groups + ", " + weight.numel() + ", eps=" + Checks.number(eps) + ", affine=True";
    }
}
