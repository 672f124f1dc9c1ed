package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Correlates sequences with learned kernels: [N, C, L] to [N, out, L'] with {@code L' = floor((L + 2 padding - dilation
 * (kernel - 1) - 1) / stride) + 1}. State: {@code weight} [out, in / groups, k], {@code bias} [out], both drawn from
 * U(-1/sqrt(n), 1/sqrt(n)) with n = in / groups k.
 */
public final class Conv1d extends Layer {
    private final ConvConfig config;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /** Makes a layer with stride 1, no padding, and a bias. */
    public Conv1d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public Conv1d(int inChannels, int outChannels, int kernel, UnaryOperator<ConvConfig> options) {
        this.config = options.apply(new ConvConfig(inChannels, outChannels, 1, kernel, ConvOptions.DEFAULT, 0, true));
        int groups = config.movement().groups();
        Shape shape = Shape.of(config.outChannels(), config.inChannels() / groups, config.kernelW());
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
        return Functional.conv1d(x, weight, bias, config.movement());
    }

    @Override
    protected String description() {
        return config.describe(true);
    }
}
