package dev.lockstep.nn;

import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Correlates images with learned kernels: [N, C, H, W] to [N, out, H', W'] with {@code H' = floor((H + 2 padding -
 * kernel) / stride) + 1}. State: {@code weight} [out, in / groups, kH, kW], {@code bias} [out], both drawn from
 * U(-1/sqrt(n), 1/sqrt(n)) with n = in / groups kH kW.
 */
public final class Conv2d extends ConvNd {
    /** Makes a layer with stride 1, no padding, and a bias. */
    public Conv2d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public Conv2d(int inChannels, int outChannels, int kernel, UnaryOperator<ConvConfig> options) {
        this(options.apply(ConvConfig.of(inChannels, outChannels, kernel, kernel)));
    }

    private Conv2d(ConvConfig config) {
        super(config, 2, config.outChannels(), config.inChannels());
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.conv2d(weight(), bias(), config().movement());
    }
}
