package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Normalises each channel of each image of [N, C, H, W] (Ulyanov et al. 2016). State, if affine: {@code weight} [C]
 * ones, {@code bias} [C] zeros. Running statistics, which torch has by option, are not kept.
 */
public final class InstanceNorm2d extends Layer {
    private final int channels;
    private final @Nullable Tensor weight;
    private final @Nullable Tensor bias;

    /** Makes a layer without parameters, as torch does. */
    public InstanceNorm2d(int channels) {
        this(channels, false);
    }

    /** Makes a layer, with scales and shifts if {@code affine}. */
    public InstanceNorm2d(int channels, boolean affine) {
        Checks.atLeast("InstanceNorm2d", "channels", channels, 1);
        this.channels = channels;
        this.weight = affine ? param("weight", Init.ones_(Init.empty(Shape.of(channels)))) : null;
        this.bias = affine ? param("bias", Init.zeros_(Init.empty(Shape.of(channels)))) : null;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() != 4 || x.size(1) != channels) {
            throw new IllegalArgumentException(
                    "InstanceNorm2d: expected [N, C, H, W] with C = " + channels + ", got " + x.shape());
        }
        return Functional.instanceNorm(x, weight, bias, 1e-5);
    }

    @Override
    protected String description() {
        return channels + ", eps=1e-05, affine=" + Checks.python(weight != null);
    }
}
