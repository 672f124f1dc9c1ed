package dev.lockstep.nn;

import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Correlates sequences with learned kernels: [N, C, L] to [N, out, L'] with {@code L' = floor((L + 2 padding - dilation
 * (kernel - 1) - 1) / stride) + 1}. State: {@code weight} [out, in / groups, k], {@code bias} [out], both drawn from
 * U(-1/sqrt(n), 1/sqrt(n)) with n = in / groups k.
 */
public final class Conv1d extends ConvNd {
    /** Makes a layer with stride 1, no padding, and a bias. */
    public Conv1d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public Conv1d(int inChannels, int outChannels, int kernel, UnaryOperator<ConvConfig> options) {
        this(options.apply(ConvConfig.of(inChannels, outChannels, 1, kernel)));
    }

    private Conv1d(ConvConfig config) {
        super(config, 1, config.outChannels(), config.inChannels());
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.conv1d(x, weight(), bias(), config().movement());
    }
}
