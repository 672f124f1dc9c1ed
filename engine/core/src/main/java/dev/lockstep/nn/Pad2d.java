package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.PadMode;
import dev.lockstep.tensor.Tensor;

/** A layer that pads images [N, C, H, W]. */
abstract sealed class Pad2d extends Layer permits ReflectionPad2d, ReplicationPad2d, ZeroPad2d {
    private final PadMode mode;
    private final int left;
    private final int right;
    private final int top;
    private final int bottom;

    Pad2d(PadMode mode, int left, int right, int top, int bottom) {
        this.mode = mode;
        this.left = left;
        this.right = right;
        this.top = top;
        this.bottom = bottom;
    }

    @Override
    public final Tensor forward(Tensor x) {
        return Functional.pad(x, mode, 0, left, right, top, bottom);
    }

    @Override
    protected final String description() {
        return "(" + left + ", " + right + ", " + top + ", " + bottom + ")";
    }
}
