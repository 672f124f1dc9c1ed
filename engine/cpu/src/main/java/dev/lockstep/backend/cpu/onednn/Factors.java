package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.backend.cpu.kernel.Dense;
import dev.lockstep.backend.cpu.kernel.RoundedRows;
import dev.lockstep.backend.op.Elementwise.Cast;
import dev.lockstep.backend.scalar.RoundedKernels;
import dev.lockstep.layout.DType;

/**
 * What the products inside an op do to their factors.
 *
 * @param rounded what they are rounded to; F32 for nothing
 * @param inBf16 whether they are multiplied as bf16 numbers, else as f32 ones, rounded or not
 */
record Factors(DType rounded, boolean inBf16) {
    /** Factors as they are. */
    static final Factors EXACT = new Factors(DType.F32, false);

    /** Rounded factors, which are multiplied as bf16 numbers where they are that and the processor can. */
    static Factors of(DType rounded, boolean canMultiplyBf16) {
        return new Factors(rounded, canMultiplyBf16 && rounded == DType.BF16);
    }

    /** {@return the dtype in which factors lie in memory} */
    DType stored() {
        return inBf16 ? DType.BF16 : DType.F32;
    }

    /** {@return f32 numbers as factors, to be closed} */
    Value round(Backend backend, Value value) {
        if (rounded == DType.F32) {
            return value.alias();
        }
        try (Value dense = value.layout().isDense() ? value.alias() : Dense.contiguous(backend, value)) {
            return inBf16
                    ? backend.execute(new Cast(rounded), dense)[0]
                    : RoundedKernels.rounded(backend, rounded, dense);
        }
    }

    /** {@return how many bytes {@link #round(Matrix, long, long)} needs for as many numbers} */
    long scratchBytes(long numbers) {
        return inBf16 ? numbers * Short.BYTES : 0;
    }

    /** {@return rows of f32 numbers as factors: rounded in place, or in {@code scratch} where they lie otherwise} */
    Matrix round(Matrix numbers, long rows, long scratch) {
        if (inBf16) {
            Matrix halves = new Matrix(scratch, numbers.step(), numbers.width(), Short.BYTES);
            RoundedRows.toBf16(numbers, rows, halves);
            return halves;
        }
        if (rounded != DType.F32) {
            RoundedRows.through(rounded, numbers, rows);
        }
        return numbers;
    }
}
