package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.Bf16Product;
import dev.lockstep.backend.op.Elementwise.Cast;
import dev.lockstep.layout.DType;
import org.jspecify.annotations.Nullable;

/**
 * Products of factors rounded to bf16. On processors with bf16 instructions oneDNN multiplies bf16 values; on others
 * the rounded factors are multiplied as f32 values, which differs by the order of sums alone. Thread-safe.
 */
public final class Bf16Products {
    private final Backend backend;
    private final Products products;
    private final boolean inBf16;

    private Bf16Products(Backend backend, Products products, boolean inBf16) {
        this.backend = backend;
        this.products = products;
        this.inBf16 = inBf16;
    }

    /** Makes the products of a backend: by bf16 instructions if the processor has them. */
    public static Bf16Products of(Backend backend) {
        return of(backend, OneDnn.multipliesBf16());
    }

    /** Makes the products of a backend, by bf16 instructions or by those of f32. */
    static Bf16Products of(Backend backend, boolean inBf16) {
        return new Bf16Products(backend, inBf16 ? Products.roundingToBf16(backend) : new Products(backend), inBf16);
    }

    /** Executes a product, or returns null where its inputs are not two non-empty f32 operands that fit. */
    public Value @Nullable [] tryExecute(Bf16Product op, Value... inputs) {
        if (inBf16 || inputs.length < 2 || inputs[0].dtype() != DType.F32 || inputs[1].dtype() != DType.F32) {
            return products.tryExecute(op.product(), inputs);
        }
        try (Value left = rounded(inputs[0]);
                Value right = rounded(inputs[1])) {
            Contraction product = op.product();
            return inputs.length == 2
                    ? products.tryExecute(product, left, right)
                    : products.tryExecute(product, left, right, inputs[2]);
        }
    }

    private Value rounded(Value factor) {
        try (Value half = backend.execute(new Cast(DType.BF16), factor)[0]) {
            return backend.execute(new Cast(DType.F32), half)[0];
        }
    }
}
