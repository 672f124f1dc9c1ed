package dev.lockstep.nn;

import dev.lockstep.tensor.PadMode;

/** Pads images [N, C, H, W] with zeros. */
public final class ZeroPad2d extends Pad2d {
    /** Pads all sides alike. */
    public ZeroPad2d(int all) {
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
    public ZeroPad2d(int left, int right, int top, int bottom) {
        super(PadMode.CONSTANT, left, right, top, bottom);
    }
}
