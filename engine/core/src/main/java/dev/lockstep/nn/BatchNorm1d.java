package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import java.util.function.UnaryOperator;

/** Batch norm over [N, C] or [N, C, L]; see {@link BatchNorm}. */
public final class BatchNorm1d extends BatchNorm {
    /** Makes a layer with torch's defaults: eps 1e-5, momentum 0.1. */
    public BatchNorm1d(int features) {
        this(features, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public BatchNorm1d(int features, UnaryOperator<Config> options) {
        super(features, options);
    }

    @Override
    void checkShape(Shape shape) {
        if ((shape.rank() != 2 && shape.rank() != 3) || shape.size(1) != config().features()) {
            throw new IllegalArgumentException(
                    "BatchNorm1d: expected [N, C] or [N, C, L] with C = " + config().features() + ", got " + shape);
        }
    }
}
