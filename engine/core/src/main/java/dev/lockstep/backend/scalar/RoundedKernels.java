package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Elementwise.Cast;
import dev.lockstep.backend.op.HalfPrecision;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.layout.DType;
import java.util.function.DoubleUnaryOperator;

/**
 * Runs products in mixed precision as ops of a backend that are not: both factors are rounded, and multiplied as f32
 * values. Stateless.
 */
public final class RoundedKernels {
    private RoundedKernels() {}

    /**
     * Executes a product other than attention, whose factors are not its inputs alone.
     *
     * @throws IllegalArgumentException if the inputs do not fit
     */
    public static Value[] run(Backend backend, RoundedProduct op, Value... inputs) {
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        if (op.product() instanceof Recurrence recurrence) {
            return RecurrenceKernels.run(
                    backend, recurrence, product -> new RoundedProduct(product, op.factors()), inputs);
        }
        try (Value left = rounded(backend, op.factors(), inputs[0]);
                Value right = rounded(backend, op.factors(), inputs[1])) {
            Value[] all = inputs.clone();
            all[0] = left;
            all[1] = right;
            return backend.execute(op.product(), all);
        }
    }

    /** {@return f32 numbers, to be closed, rounded to those that a 16-bit dtype has} */
    public static Value rounded(Backend backend, DType dtype, Value factor) {
        try (Value half = backend.execute(new Cast(dtype), factor)[0]) {
            return backend.execute(new Cast(DType.F32), half)[0];
        }
    }

    /** {@return how a number is rounded to a 16-bit dtype} */
    static DoubleUnaryOperator rounding(DType dtype) {
        return dtype == DType.BF16
                ? x -> HalfPrecision.fromBf16(HalfPrecision.toBf16((float) x))
                : x -> HalfPrecision.fromF16(HalfPrecision.toF16((float) x));
    }
}
