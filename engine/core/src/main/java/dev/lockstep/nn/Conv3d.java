package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Conv3dOptions;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Correlates volumes with learned cubes: [N, C, D, H, W] to [N, out, D', H', W'], movement the same all ways. State:
 * {@code weight} [out, in / groups, k, k, k], {@code bias} [out], both drawn from U(-1/sqrt(n), 1/sqrt(n)) with n = in
 * / groups k^3.
 */
public final class Conv3d extends Layer {
    private final ConvConfig config;
    private final Conv3dOptions movement;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /** Makes a layer with stride 1, no padding, and a bias. */
    public Conv3d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options, of which those of columns hold for planes as well. */
    public Conv3d(int inChannels, int outChannels, int kernel, UnaryOperator<ConvConfig> options) {
        this.config =
                options.apply(new ConvConfig(inChannels, outChannels, kernel, kernel, ConvOptions.DEFAULT, 0, true));
        ConvOptions plane = config.movement();
        this.movement = new Conv3dOptions(plane.strideW(), plane.padW(), plane.dilationW(), plane);
        Shape shape = Shape.of(config.outChannels(), config.inChannels() / plane.groups(), kernel, kernel, kernel);
        this.weight = param("weight", Init.linearWeight(shape));
        this.bias = config.bias()
                ? param("bias", Init.linearBias(Shape.of(config.outChannels()), Init.fanIn(shape)))
                : null;
    }

    /** {@return the options} */
    public ConvConfig config() {
        return config;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.conv3d(x, weight, bias, movement);
    }

    @Override
    protected String description() {
        return config.describe(false);
    }
}
