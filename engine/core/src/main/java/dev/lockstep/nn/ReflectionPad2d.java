package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.PadMode;
import dev.lockstep.tensor.Tensor;

/** Pads images [N, C, H, W] with the mirrored image. */
public final class ReflectionPad2d extends Layer {
    private final int left;
    private final int right;
    private final int top;
    private final int bottom;

    /** Pads all sides alike. */
    public ReflectionPad2d(int all) {
        this(all, all, all, all);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param left columns before
     * @param right columns after
     * @param top rows before
     * @param bottom rows after
     */
    public ReflectionPad2d(int left, int right, int top, int bottom) {
        this.left = left;
        this.right = right;
        this.top = top;
        this.bottom = bottom;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.pad(x, PadMode.REFLECT, 0, left, right, top, bottom);
    }

    @Override
    protected String description() {
        return "(" + left + ", " + right + ", " + top + ", " + bottom + ")";
    }
}
