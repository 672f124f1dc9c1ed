package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import java.util.function.UnaryOperator;

/** Batch norm over [N, C, H, W]; see {@link BatchNorm}. */
public final class BatchNorm2d extends BatchNorm {
    /** Makes a layer with torch's defaults: eps 1e-5, momentum 0.1. */
    public BatchNorm2d(int features) {
        this(features, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public BatchNorm2d(int features, UnaryOperator<Config> options) {
        super(features, options);
    }

    @Override
    void checkShape(Shape shape) {
        if (shape.rank() != 4 || shape.size(1) != config().features()) {
            throw new IllegalArgumentException(
                    "BatchNorm2d: expected [N, C, H, W] with C = " + config().features() + ", got " + shape);
        }
    }
}
