package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import java.util.function.UnaryOperator;

/** Batch norm over [N, C, D, H, W]; see {@link BatchNorm}. */
public final class BatchNorm3d extends BatchNorm {
    /** Makes a layer with torch's defaults: eps 1e-5, momentum 0.1. */
    public BatchNorm3d(int features) {
        this(features, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public BatchNorm3d(int features, UnaryOperator<Config> options) {
        super(features, options);
    }

    @Override
    void checkShape(Shape shape) {
        if (shape.rank() != 5 || shape.size(1) != config().features()) {
            throw new IllegalArgumentException(
                    "BatchNorm3d: expected [N, C, D, H, W] with C = " + config().features() + ", got " + shape);
        }
    }
}
