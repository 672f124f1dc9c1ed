package dev.lockstep.tensor;

import java.util.List;

/**
 * torch.linalg: solutions and decompositions of matrices [..., m, n], each with its gradient (Giles 2008), which has
 * one in turn. Computed in f64 on the host. Decompositions that are not unique have LAPACK's signs where that is said.
 */
public final class LinearAlgebra {
    private LinearAlgebra() {}

    /** Values and vectors of a symmetric matrix. */
    public record Eigen(Tensor values, Tensor vectors) {}

    /** An orthogonal factor and a triangle. */
    public record Qr(Tensor q, Tensor r) {}

    /** Two orthogonal factors and what stands between them: {@code u diag(s) vh}. */
    public record Svd(Tensor u, Tensor s, Tensor vh) {}

    /**
     * Inverts square matrices.
     *
     * @throws IllegalArgumentException if one is singular
     */
    public static Tensor inv(Tensor a) {
        return new MatrixOps.Inverse().run(a, true).getFirst();
    }

    /** Solves {@code a x = b} for b [..., n, k], or [n] for a single matrix. */
    public static Tensor solve(Tensor a, Tensor b) {
        if (b.rank() == 1 || (b.rank() == a.rank() - 1 && a.rank() > 2)) {
            return inv(a).matmul(b.unsqueeze(-1)).squeeze(-1);
        }
        return inv(a).matmul(b);
    }

    /** Gives the determinant of square matrices. Its gradient needs them to be regular. */
    public static Tensor det(Tensor a) {
        return new MatrixOps.Determinant().run(a, true).getFirst();
    }

    /** Gives the logarithm of the determinant's magnitude. */
    public static Tensor logAbsDet(Tensor a) {
        return det(a).abs().log();
    }

    /**
     * Finds the lower triangle L with {@code a = L L^T}, of symmetric positive definite matrices.
     *
     * @throws IllegalArgumentException if one is not positive definite
     */
    public static Tensor cholesky(Tensor a) {
        return new MatrixOps.Cholesky().run(a, true).getFirst();
    }

    /**
     * Finds Q [..., m, k] and R [..., k, n] with k the smaller of m and n, with LAPACK's signs. Gradient for m >= n.
     */
    public static Qr qr(Tensor a) {
        List<Tensor> parts = new MatrixOps.QrOp().run(a, false);
        return new Qr(parts.get(0), parts.get(1));
    }

    /** Finds the eigenvalues, ascending, and eigenvectors, in columns, of symmetric matrices. Signs are free. */
    public static Eigen eigh(Tensor a) {
        List<Tensor> parts = new MatrixOps.EigenOp().run(a, true);
        return new Eigen(parts.get(0), parts.get(1));
    }

    /** Finds the singular values, descending, and the vectors to both sides: thin, of rank k. Signs are free. */
    public static Svd svd(Tensor a) {
        if (a.rank() >= 2 && a.size(-2) < a.size(-1)) {
            Svd turned = svd(a.transpose(-2, -1));
            return new Svd(turned.vh().transpose(-2, -1), turned.s(), turned.u().transpose(-2, -1));
        }
        List<Tensor> parts = new MatrixOps.SvdOp().run(a, false);
        return new Svd(parts.get(0), parts.get(1), parts.get(2).transpose(-2, -1));
    }

    /** Finds x with the smallest {@code |a x - b|} for matrices a [..., m, n] of full rank, m >= n. */
    public static Tensor lstsq(Tensor a, Tensor b) {
        Qr parts = qr(a);
        return inv(parts.r()).matmul(parts.q().transpose(-2, -1)).matmul(b);
    }
}
