package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.scalar.RoundedKernels;
import org.jspecify.annotations.Nullable;

/**
 * Products of factors rounded to 16 bits. On processors with bf16 instructions oneDNN multiplies bf16 values; on
 * others, and where the dtype is f16, the rounded factors are multiplied as f32 values, which differs by the order of
 * sums alone. Thread-safe.
 */
public final class RoundedProducts {
    private final Backend backend;
    private final boolean canMultiplyBf16;
    private final Products products;
    private final Convolutions convolutions;
    private final Attentions attentions;
    private final LstmScans scans;

    private RoundedProducts(Backend backend, boolean canMultiplyBf16) {
        this.backend = backend;
        this.canMultiplyBf16 = canMultiplyBf16;
        this.products = Products.roundingToBf16(backend);
        this.convolutions = new Convolutions(backend);
        this.attentions = new Attentions(backend);
        this.scans = new LstmScans(backend);
    }

    /** Makes the products of a backend: by bf16 instructions if the processor has them. */
    public static RoundedProducts of(Backend backend) {
        return of(backend, OneDnn.multipliesBf16());
    }

    /** Makes the products of a backend, by bf16 instructions or by those of f32. */
    static RoundedProducts of(Backend backend, boolean inBf16) {
        return new RoundedProducts(backend, inBf16);
    }

    /** Executes a product, or returns null where attention has inputs that are not f32 or empty. */
    public Value @Nullable [] tryExecute(RoundedProduct op, Value... inputs) {
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        Factors factors = Factors.of(op.factors(), canMultiplyBf16);
        Value @Nullable [] outputs = switch (op.product()) {
            case Convolution convolution -> convolutions.tryExecute(convolution, factors, inputs);
            case Recurrence recurrence when factors.inBf16() -> scans.tryExecute(recurrence, factors, inputs);
            case Contraction contraction when op.isAttention() -> attentions.tryExecute(contraction, factors, inputs);
            case Contraction contraction when factors.inBf16() -> products.tryExecute(contraction, inputs);
            default -> null;
        };
        return outputs != null || op.isAttention() ? outputs : RoundedKernels.run(backend, op, inputs);
    }
}
