package dev.lockstep.backend.op;

import dev.lockstep.layout.DType;

/** Products that sum over an inner axis. Operands may be strided views, so a transposition costs nothing. */
public sealed interface Contraction extends Op {
    /** Matrix product: [..., M, K] x [..., K, N] to [..., M, N]; both at least 2-D, leading axes broadcast. */
    record Matmul() implements Contraction {}

    /** Affine map: (x [..., in], weight [out, in], bias [out] if {@code hasBias}) to {@code x W^T + b}, [..., out]. */
    record Linear(boolean hasBias) implements Contraction {}

    /**
     * A {@link Matmul} or {@link Linear} of f32 values in mixed precision: both factors are rounded to a 16-bit dtype
     * (to nearest even), their products are exact in f32, sums, bias and result are f32.
     *
     * @param factors {@link DType#BF16} or {@link DType#F16}
     */
    record RoundedProduct(Contraction product, DType factors) implements Contraction {
        /**
         * Checks both.
         *
         * @throws IllegalArgumentException if the product is neither a {@link Matmul} nor a {@link Linear}, or the
         *     dtype not one of 16 bits
         */
        public RoundedProduct {
            if (!(product instanceof Matmul || product instanceof Linear)) {
                throw new IllegalArgumentException("only matmul and linear round their factors, got " + product);
            }
            if (factors != DType.BF16 && factors != DType.F16) {
                throw new IllegalArgumentException("factors are rounded to BF16 or F16, got " + factors);
            }
        }

        @Override
        public String label() {
            return product.label() + (factors == DType.BF16 ? "Bf16" : "F16");
        }
    }

    /**
     * Scaled dot-product attention (Vaswani et al. 2017, section 3.2.1): (q [B, H, T, D], k [B, H, S, D], v [B, H, S,
     * D]) to (out [B, H, T, D], lse [B, H, T]). With scores {@code s = scale q k^T}, of which a causal one hides the
     * keys behind the place of the query: {@code out = softmax(s) v} and {@code lse = log sum exp s}. In memory out is
     * [B, T, H, D], so that its heads join without a copy. Sums are free in their order, a sequence's never depend on
     * others in the batch.
     */
    record Attention(double scale, boolean causal) implements Contraction {}

    /**
     * Gradient of {@link Attention}: (g, q, k, v, out, lse) to (dq, dk, dv). The weights are computed anew from lse.
     */
    record AttentionGrad(double scale, boolean causal) implements Contraction {}

    /**
     * {@link Attention} of a sequence to itself, from one packed projection: qkv [B, T, 3, H, D] to (out [B, T, H, D],
     * lse [B, H, T]). Query, key and value are 0, 1 and 2 of axis 2; nothing is copied to take them apart.
     */
    record SelfAttention(double scale, boolean causal) implements Contraction {}

    /** Gradient of {@link SelfAttention}: (g, qkv, out, lse) to the gradient of qkv, its parts written in place. */
    record SelfAttentionGrad(double scale, boolean causal) implements Contraction {}
}
