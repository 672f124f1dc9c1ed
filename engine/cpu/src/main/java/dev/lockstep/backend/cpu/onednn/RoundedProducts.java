package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Elementwise.Cast;
import dev.lockstep.layout.DType;
import org.jspecify.annotations.Nullable;

/**
 * Products of factors rounded to 16 bits. On processors with bf16 instructions oneDNN multiplies bf16 values; on
 * others, and where the dtype is f16, the rounded factors are multiplied as f32 values, which differs by the order of
 * sums alone. Thread-safe.
 */
public final class RoundedProducts {
    private final Backend backend;
    private final Products plain;
    private final @Nullable Products inBf16;

    private RoundedProducts(Backend backend, @Nullable Products inBf16) {
        this.backend = backend;
        this.plain = new Products(backend);
        this.inBf16 = inBf16;
    }

    /** Makes the products of a backend: by bf16 instructions if the processor has them. */
    public static RoundedProducts of(Backend backend) {
        return of(backend, OneDnn.multipliesBf16());
    }

    /** Makes the products of a backend, by bf16 instructions or by those of f32. */
    static RoundedProducts of(Backend backend, boolean inBf16) {
        return new RoundedProducts(backend, inBf16 ? Products.roundingToBf16(backend) : null);
    }

    /** Executes a product, or returns null where its inputs are not two non-empty f32 operands that fit. */
    public Value @Nullable [] tryExecute(RoundedProduct op, Value... inputs) {
        if (inBf16 != null && op.factors() == DType.BF16) {
            return inBf16.tryExecute(op.product(), inputs);
        }
        if (inputs.length < 2 || inputs[0].dtype() != DType.F32 || inputs[1].dtype() != DType.F32) {
            return null;
        }
        try (Value left = rounded(op.factors(), inputs[0]);
                Value right = rounded(op.factors(), inputs[1])) {
            Contraction product = op.product();
            return inputs.length == 2
                    ? plain.tryExecute(product, left, right)
                    : plain.tryExecute(product, left, right, inputs[2]);
        }
    }

    private Value rounded(DType dtype, Value factor) {
        try (Value half = backend.execute(new Cast(dtype), factor)[0]) {
            return backend.execute(new Cast(DType.F32), half)[0];
        }
    }
}
