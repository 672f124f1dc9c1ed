package dev.lockstep.nn;

import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Spreads sequences by learned kernels: [N, C, L] to [N, out, (L - 1) stride - 2 padding + dilation (kernel - 1) +
 * outputPadding + 1]. State: {@code weight} [in, out / groups, k], {@code bias} [out], drawn as torch draws them.
 */
public final class ConvTranspose1d extends ConvNd {
    /** Makes a layer with stride 1, no padding, and a bias. */
    public ConvTranspose1d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public ConvTranspose1d(int inChannels, int outChannels, int kernel, UnaryOperator<ConvConfig> options) {
        this(options.apply(ConvConfig.of(inChannels, outChannels, 1, kernel)));
    }

    private ConvTranspose1d(ConvConfig config) {
        super(config, 1, config.inChannels(), config.outChannels());
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.convTranspose1d(x, weight(), bias(), config().movement(), config().outputPadding());
    }
}
