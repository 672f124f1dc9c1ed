package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Spreads images by learned kernels: each size of [N, C, H, W] to (size - 1) stride - 2 padding + dilation (kernel - 1)
 * + outputPadding + 1. State: {@code weight} [in, out / groups, kH, kW], {@code bias} [out], drawn as torch draws them.
 */
public final class ConvTranspose2d extends Layer {
    private final ConvConfig config;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /** Makes a layer with stride 1, no padding, and a bias. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernel, UnaryOperator<ConvConfig> options) {
        this.config =
                options.apply(new ConvConfig(inChannels, outChannels, kernel, kernel, ConvOptions.DEFAULT, 0, true));
        int groups = config.movement().groups();
        Shape shape = Shape.of(config.inChannels(), config.outChannels() / groups, config.kernelH(), config.kernelW());
        this.weight = param("weight", Init.linearWeight(shape));
        this.bias = config.bias()
                ? param("bias", Init.linearBias(Shape.of(config.outChannels()), Init.fanIn(shape)))
                : null;
    }

    /** {@return the options} */
    public ConvConfig config() {
        return config;
    }

    /** {@return the weight} */
    public Tensor weight() {
        return weight;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.convTranspose2d(
                x, weight, bias, config.movement(), new long[] {config.outputPadding(), config.outputPadding()});
    }

    @Override
    protected String description() {
        return config.describe(false);
    }
}
