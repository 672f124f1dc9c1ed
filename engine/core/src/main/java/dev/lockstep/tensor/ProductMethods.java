package dev.lockstep.tensor;

/** The methods of {@link Tensor} that add products of matrices to it, or measure distances. */
public sealed interface ProductMethods permits Tensor {
    /** Gives {@code beta this + alpha (a b)} for matrices a [M, K] and b [K, N]; this broadcasts to [M, N]. */
    default Tensor addmm(Tensor a, Tensor b, double beta, double alpha) {
        return ProductOps.plusProduct((Tensor) this, a.mm(b), beta, alpha);
    }

    /** Gives {@code this + a b} for matrices a [M, K] and b [K, N]. */
    default Tensor addmm(Tensor a, Tensor b) {
        return addmm(a, b, 1, 1);
    }

    /** Gives {@code beta this + alpha (a v)} for a matrix a [M, K] and a vector v [K]. */
    default Tensor addmv(Tensor a, Tensor v, double beta, double alpha) {
        return ProductOps.plusProduct((Tensor) this, a.mv(v), beta, alpha);
    }

    /** Gives {@code beta this + alpha (a b)} for batches a [B, M, K] and b [B, K, N]. */
    default Tensor baddbmm(Tensor a, Tensor b, double beta, double alpha) {
        return ProductOps.plusProduct((Tensor) this, a.bmm(b), beta, alpha);
    }

    /** Gives {@code this + a b} for batches a [B, M, K] and b [B, K, N]. */
    default Tensor baddbmm(Tensor a, Tensor b) {
        return baddbmm(a, b, 1, 1);
    }

    /** Gives the p-norm distance of each row [P, D] of this from each of the other [R, D]: [..., P, R]. */
    default Tensor cdist(Tensor other, double p) {
        return ProductOps.cdist((Tensor) this, other, p);
    }

    /** Gives the Euclidean distance of each row of this from each of the other. */
    default Tensor cdist(Tensor other) {
        return cdist(other, 2);
    }

    /** Gives the sum of the diagonal of a matrix. */
    default Tensor trace() {
        return ((Tensor) this).diagonal().sum();
    }
}
