package dev.lockstep.nn;

import dev.lockstep.module.Layer;

/** A layer that folds its last axes to as many bins as wanted: {@code floor(i in / out) .. ceil((i + 1) in / out)}. */
abstract sealed class AdaptivePool extends Layer
        permits AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d {
    private final int height;
    private final int width;
    private final String size;

    /** Makes a layer with one number of bins for all axes. */
    AdaptivePool(int size) {
        this(size, size, String.valueOf(size));
    }

    /** Makes a layer with its own number of bins for each of two axes. */
    AdaptivePool(int height, int width) {
        this(height, width, Checks.pair(height, width));
    }

    private AdaptivePool(int height, int width, String size) {
        Checks.atLeast(getClass().getSimpleName(), "size", Math.min(height, width), 1);
        this.height = height;
        this.width = width;
        this.size = size;
    }

    final int height() {
        return height;
    }

    final int width() {
        return width;
    }

    @Override
    protected String description() {
        return "output_size=" + size;
    }
}
