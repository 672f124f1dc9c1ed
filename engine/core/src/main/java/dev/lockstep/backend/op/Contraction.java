package dev.lockstep.backend.op;

import dev.lockstep.layout.DType;

/** Products that sum over an inner axis. Operands may be strided views, so a transposition costs nothing. */
public sealed interface Contraction extends Op {
    /** Matrix product: [..., M, K] x [..., K, N] to [..., M, N]; both at least 2-D, leading axes broadcast. */
    record Matmul() implements Contraction {}

    /**
     * Sum of matrix products: (left_0 [M, K_0], right_0 [K_0, N], left_1, right_1, ...) to [M, N], in one floating
     * dtype. The bits are those of a {@link Matmul} each and their sum over {@link dev.lockstep.layout.SumTree}.
     */
    record ProductSum() implements Contraction {}

    /** Affine map: (x [..., in], weight [out, in], bias [out] if {@code hasBias}) to {@code x W^T + b}, [..., out]. */
    record Linear(boolean hasBias) implements Contraction {}

    /**
     * Products of f32 values in mixed precision: their factors are rounded to a 16-bit dtype (to nearest even), the
     * products of two are exact in f32, sums, bias and result are f32. What is rounded are both operands of
     * {@link Matmul}, {@link Linear} and convolutions; in attention query, key, value and the output's gradient, and
     * between the products the weights {@code exp(s - max s)}, not yet divided by their sum, and the scores' gradient;
     * in an LSTM weight, state and the gates' gradient. A backend may leave a convolution's factors as they are where
     * its algorithm multiplies others, as Winograd's does.
     *
     * @param product an op of this group, a convolution or an LSTM over time
     * @param factors {@link DType#BF16} or {@link DType#F16}
     */
    record RoundedProduct(Op product, DType factors) implements Contraction {
        /**
         * Checks both.
         *
         * @throws IllegalArgumentException if the op is none that multiplies, or the dtype not one of 16 bits
         */
        public RoundedProduct {
            boolean multiplies = switch (product) {
                case RoundedProduct _ -> false;
                case Contraction _ -> true;
                case Convolution convolution -> convolution.multiplies();
                case Recurrence.LstmScan _, Recurrence.LstmScanGrad _ -> true;
                default -> false;
            };
            if (!multiplies) {
                throw new IllegalArgumentException(
                        "products, convolutions, attention and LSTMs round their factors, got " + product);
            }
            if (factors != DType.BF16 && factors != DType.F16) {
                throw new IllegalArgumentException("factors are rounded to BF16 or F16, got " + factors);
            }
        }

        /** {@return whether it is attention or its gradient, which has products of what it computed itself} */
        public boolean isAttention() {
            return product instanceof Contraction && !(product instanceof Matmul || product instanceof Linear);
        }

        @Override
        public String label() {
            return product.label() + (factors == DType.BF16 ? "Bf16" : "F16");
        }
    }

    /**
     * Scaled dot-product attention (Vaswani et al. 2017, section 3.2.1): (q [B, H, T, D], k [B, H, S, D], v [B, H, S,
     * D], the mask if there is one) to (out [B, H, T, D], lse [B, H, T]). With scores {@code s = scale q k^T + mask},
     * of which a causal one hides the keys behind the place of the query: {@code out = dropout(softmax(s)) v} and
     * {@code lse = log sum exp s}. A query that sees no key at all has zeros for out and lse. In memory out is [B, T,
     * H, D], so that its heads join without a copy. Sums are free in their order, a sequence's never depend on others
     * in the batch.
     */
    record Attention(Weighing weighing) implements Contraction {}

    /**
     * Gradient of {@link Attention}: (g, q, k, v, out, lse, the mask if there is one) to (dq, dk, dv). The weights are
     * computed anew from lse, what is dropped from the key. A mask has no gradient.
     */
    record AttentionGrad(Weighing weighing) implements Contraction {}

    /**
     * {@link Attention} of a sequence to itself, from one packed projection: (qkv [B, T, 3, H, D], the mask if there is
     * one) to (out [B, T, H, D], lse [B, H, T]). Query, key and value are 0, 1 and 2 of axis 2; nothing is copied to
     * take them apart.
     */
    record SelfAttention(Weighing weighing) implements Contraction {}

    /**
     * Gradient of {@link SelfAttention}: (g, qkv, out, lse, the mask if there is one) to the gradient of qkv, its parts
     * written in place.
     */
    record SelfAttentionGrad(Weighing weighing) implements Contraction {}
}
