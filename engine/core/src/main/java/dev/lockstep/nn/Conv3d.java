package dev.lockstep.nn;

import dev.lockstep.tensor.Conv3dOptions;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Correlates volumes with learned cubes: [N, C, D, H, W] to [N, out, D', H', W'], movement the same all ways. State:
 * {@code weight} [out, in / groups, k, k, k], {@code bias} [out], both drawn from U(-1/sqrt(n), 1/sqrt(n)) with n = in
 * / groups k^3.
 */
public final class Conv3d extends ConvNd {
    private final Conv3dOptions movement;

    /** Makes a layer with stride 1, no padding, and a bias. */
    public Conv3d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options, of which those of columns hold for planes as well. */
    public Conv3d(int inChannels, int outChannels, int kernel, UnaryOperator<ConvConfig> options) {
        this(options.apply(ConvConfig.of(inChannels, outChannels, kernel, kernel)));
    }

    private Conv3d(ConvConfig config) {
        super(config, 3, config.outChannels(), config.inChannels());
        ConvOptions plane = config.movement();
        if (plane.same() && config.kernelW() % 2 == 0) {
            throw new IllegalArgumentException(
                    "Conv3d: sizes are kept for a kernel of odd size only, got " + config.kernelW());
        }
        int padD = plane.same() ? plane.dilationW() * (config.kernelW() / 2) : plane.padW();
        this.movement = new Conv3dOptions(plane.strideW(), padD, plane.dilationW(), plane);
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.conv3d(x, weight(), bias(), movement);
    }
}
