package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Merges neighbouring axes into one: [N, C, H, W] to [N, C H W] by default. */
public final class Flatten extends Layer {
    private final int start;
    private final int end;

    /** Merges all axes but the first. */
    public Flatten() {
        this(1, -1);
    }

    /** Merges the axes {@code start} to {@code end}, both inclusive; negative ones count from the end. */
    public Flatten(int start, int end) {
        this.start = start;
        this.end = end;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.flatten(start, end);
    }

    @Override
    protected String description() {
        return "start_dim=" + start + ", end_dim=" + end;
    }
}
