package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.ResampleMode;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;

/** Resamples [N, C, ...] by one factor for all axes behind the channels. */
public final class Upsample extends Layer {
    private final double factor;
    private final ResampleMode mode;
    private final boolean alignCorners;

    /** Repeats pixels. */
    public Upsample(double factor) {
        this(factor, ResampleMode.NEAREST, false);
    }

    /** Resamples in a chosen way. */
    public Upsample(double factor, ResampleMode mode, boolean alignCorners) {
        this.factor = factor;
        this.mode = mode;
        this.alignCorners = alignCorners;
    }

    @Override
    public Tensor forward(Tensor x) {
        double[] factors = new double[Math.max(0, x.rank() - 2)];
        Arrays.fill(factors, factor);
        return Functional.interpolate(x, mode, alignCorners, factors);
    }

    @Override
    protected String description() {
        return "scale_factor=" + factor + ", mode=" + mode;
    }
}
