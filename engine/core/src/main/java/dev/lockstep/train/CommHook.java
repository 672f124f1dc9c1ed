package dev.lockstep.train;

import dev.lockstep.layout.DType;
import java.util.function.UnaryOperator;

/**
 * In which form gradients cross virtual ranks; see {@link Trainer#registerCommHook}. A hook is applied to the gradient
 * of each virtual rank, at the leaves of the canonical tree, so that the result does not depend on the number of
 * workers. The names are those of {@code torch.distributed.algorithms.ddp_comm_hooks}. Immutable.
 */
public sealed interface CommHook permits CommHook.AllReduce, CommHook.Bf16Compress, CommHook.Fp16Compress, PowerSgd {
    /** The sum as it is: {@code allreduce_hook}. */
    record AllReduce() implements CommHook {}

    /**
     * Gradients in bfloat16, half the bytes of f32: {@code bf16_compress_hook}. Each leaf and the sum of every two
     * nodes is rounded to nearest even, and the result is widened to the parameter's dtype. Buffers stay as they are.
     */
    record Bf16Compress() implements CommHook {}

    /**
     * Gradients in IEEE half, otherwise as {@link Bf16Compress}: {@code fp16_compress_hook}. Three bits more of
     * precision, but numbers beyond 65504 become inf, and those below 6e-8 zero.
     */
    record Fp16Compress() implements CommHook {}

    /** {@return the sum as it is, which is the default} */
    static CommHook allReduce() {
        return new AllReduce();
    }

    /** {@return gradients in bfloat16} */
    static CommHook bf16Compress() {
        return new Bf16Compress();
    }

    /** {@return gradients in IEEE half} */
    static CommHook fp16Compress() {
        return new Fp16Compress();
    }

    /** {@return gradients as thin factors, such as {@code powerSgd(o -> o.matrixApproximationRank(4))}} */
    static CommHook powerSgd(UnaryOperator<PowerSgd> options) {
        return options.apply(PowerSgd.defaults());
    }

    /** {@return the dtype in which the gradient of a parameter crosses virtual ranks} */
    default DType gradientDtype(DType parameter) {
        return switch (this) {
            case AllReduce _, PowerSgd _ -> parameter;
            case Bf16Compress _ -> DType.BF16;
            case Fp16Compress _ -> DType.F16;
        };
    }
}
