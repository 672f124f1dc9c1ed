package dev.lockstep.nn;

import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Spreads images by learned kernels: each size of [N, C, H, W] to (size - 1) stride - 2 padding + dilation (kernel - 1)
 * + outputPadding + 1. State: {@code weight} [in, out / groups, kH, kW], {@code bias} [out], drawn as torch draws them.
 */
public final class ConvTranspose2d extends ConvNd {
    /** Makes a layer with stride 1, no padding, and a bias. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernel, UnaryOperator<ConvConfig> options) {
        this(options.apply(ConvConfig.of(inChannels, outChannels, kernel, kernel)));
    }

    private ConvTranspose2d(ConvConfig config) {
        super(config, 2, config.inChannels(), config.outChannels());
    }

    @Override
    public Tensor forward(Tensor x) {
        int more = config().outputPadding();
        return Functional.convTranspose2d(x, weight(), bias(), config().movement(), new long[] {more, more});
    }
}
