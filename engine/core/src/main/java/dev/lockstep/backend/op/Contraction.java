package dev.lockstep.backend.op;

/** Products that sum over an inner axis. Operands may be strided views, so a transposition costs nothing. */
public sealed interface Contraction extends Op {
    /** Matrix product: [..., M, K] x [..., K, N] to [..., M, N]; both at least 2-D, leading axes broadcast. */
    record Matmul() implements Contraction {}

    /** Affine map: (x [..., in], weight [out, in], bias [out] if {@code hasBias}) to {@code x W^T + b}, [..., out]. */
    record Linear(boolean hasBias) implements Contraction {}
}
