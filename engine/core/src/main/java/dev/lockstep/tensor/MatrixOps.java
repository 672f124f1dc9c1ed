package dev.lockstep.tensor;

import java.util.List;

/** The decompositions with their gradients; g is the gradient of an output. */
final class MatrixOps {
    private MatrixOps() {}

    private static Tensor t(Tensor x) {
        return x.transpose(-2, -1);
    }

    /** {@code -A^-T G A^-T}. */
    static final class Inverse extends MatrixOp {
        Inverse() {
            super("inv");
        }

        @Override
        double[][] decompose(double[] matrix, int rows, int columns) {
            double[] inverse = new double[rows * rows];
            for (int i = 0; i < rows; i++) {
                inverse[i * rows + i] = 1;
            }
            if (MatrixKernels.solve(matrix, inverse, rows) == 0) {
                throw new IllegalArgumentException("inv: a matrix of " + rows + " x " + rows + " is singular");
            }
            return new double[][] {inverse};
        }

        @Override
        long[][] sizes(int rows, int columns) {
            return new long[][] {{rows, rows}};
        }

        @Override
        Tensor gradient(Tensor matrices, List<Tensor> outputs, List<Tensor> gradients) {
            Tensor turned = t(outputs.get(0));
            return turned.matmul(gradients.get(0)).matmul(turned).neg();
        }
    }

    /** {@code g det A^-T}. */
    static final class Determinant extends MatrixOp {
        Determinant() {
            super("det");
        }

        @Override
        double[][] decompose(double[] matrix, int rows, int columns) {
            return new double[][] {{MatrixKernels.solve(matrix, new double[0], rows)}};
        }

        @Override
        long[][] sizes(int rows, int columns) {
            return new long[][] {{}};
        }

        @Override
        Tensor gradient(Tensor matrices, List<Tensor> outputs, List<Tensor> gradients) {
            Tensor scale = gradients.get(0).mul(outputs.get(0)).unsqueeze(-1).unsqueeze(-1);
            return t(LinearAlgebra.inv(matrices)).mul(scale);
        }
    }

    /** {@code L^-T P L^-1}, symmetric, with P the lower triangle of {@code L^T G}, its diagonal halved. */
    static final class Cholesky extends MatrixOp {
        Cholesky() {
            super("cholesky");
        }

        @Override
        double[][] decompose(double[] matrix, int rows, int columns) {
            double[] l = MatrixKernels.cholesky(matrix, rows);
            for (int i = 0; i < rows; i++) {
                if (!(l[i * rows + i] > 0)) {
                    throw new IllegalArgumentException("cholesky: a matrix of " + rows + " x " + rows
                            + " is not positive definite: its minor of order " + (i + 1) + " is not");
                }
            }
            return new double[][] {l};
        }

        @Override
        long[][] sizes(int rows, int columns) {
            return new long[][] {{rows, rows}};
        }

        @Override
        Tensor gradient(Tensor matrices, List<Tensor> outputs, List<Tensor> gradients) {
            Tensor l = outputs.get(0);
            Tensor full = t(l).matmul(gradients.get(0));
            Tensor lower = full.tril(0).add(full.tril(-1)).mul(0.5);
            Tensor inverse = LinearAlgebra.inv(l);
            Tensor s = t(inverse).matmul(lower).matmul(inverse);
            return s.add(t(s)).mul(0.5);
        }
    }

    /** {@code (gQ + Q (M's lower triangle, mirrored)) R^-T} with {@code M = R gR^T - gQ^T Q}. */
    static final class QrOp extends MatrixOp {
        QrOp() {
            super("qr");
        }

        @Override
        double[][] decompose(double[] matrix, int rows, int columns) {
            return MatrixKernels.qr(matrix, rows, columns);
        }

        @Override
        long[][] sizes(int rows, int columns) {
            int count = Math.min(rows, columns);
            return new long[][] {{rows, count}, {count, columns}};
        }

        @Override
        Tensor gradient(Tensor matrices, List<Tensor> outputs, List<Tensor> gradients) {
            if (matrices.size(-2) < matrices.size(-1)) {
                throw new UnsupportedOperationException("qr: no gradient for wide matrices " + matrices.shape());
            }
            Tensor q = outputs.get(0);
            Tensor r = outputs.get(1);
            Tensor m = r.matmul(t(gradients.get(1))).sub(t(gradients.get(0)).matmul(q));
            Tensor mirrored = m.tril(0).add(t(m.tril(-1)));
            return gradients.get(0).add(q.matmul(mirrored)).matmul(t(LinearAlgebra.inv(r)));
        }
    }

    /** {@code V (diag(gw) + (V^T gV) / E) V^T} with {@code E_ij = w_j - w_i}, made symmetric. */
    static final class EigenOp extends MatrixOp {
        EigenOp() {
            super("eigh");
        }

        @Override
        double[][] decompose(double[] matrix, int rows, int columns) {
            return MatrixKernels.eigh(matrix, rows);
        }

        @Override
        long[][] sizes(int rows, int columns) {
            return new long[][] {{rows}, {rows, rows}};
        }

        @Override
        Tensor gradient(Tensor matrices, List<Tensor> outputs, List<Tensor> gradients) {
            Tensor w = outputs.get(0);
            Tensor v = outputs.get(1);
            Tensor distances = w.unsqueeze(-2).sub(w.unsqueeze(-1));
            Tensor inner = t(v).matmul(gradients.get(1)).mul(reciprocal(distances));
            Tensor whole = inner.add(diagonal(gradients.get(0)));
            Tensor gradient = v.matmul(whole).matmul(t(v));
            return gradient.add(t(gradient)).mul(0.5);
        }
    }

    /** One over each element off the diagonal; zeros on it. */
    private static Tensor reciprocal(Tensor distances) {
        Tensor eye = Tensors.eye(distances.size(-1)).to(distances.dtype());
        return Tensors.where(
                eye.ne(0),
                Tensors.full(0, distances.dtype()),
                distances.add(eye).reciprocal());
    }

    /** Puts vectors [..., n] on diagonals [..., n, n]. */
    private static Tensor diagonal(Tensor vectors) {
        return vectors.unsqueeze(-1).mul(Tensors.eye(vectors.size(-1)).to(vectors.dtype()));
    }

    /** Of tall matrices: U, s and V; the gradient has a part within U's columns and one outside of them. */
    static final class SvdOp extends MatrixOp {
        SvdOp() {
            super("svd");
        }

        @Override
        double[][] decompose(double[] matrix, int rows, int columns) {
            return JacobiSvd.of(matrix, rows, columns);
        }

        @Override
        long[][] sizes(int rows, int columns) {
            return new long[][] {{rows, columns}, {columns}, {columns, columns}};
        }

        @Override
        Tensor gradient(Tensor matrices, List<Tensor> outputs, List<Tensor> gradients) {
            Tensor u = outputs.get(0);
            Tensor s = outputs.get(1);
            Tensor v = outputs.get(2);
            Tensor squares = s.square();
            Tensor f = reciprocal(squares.unsqueeze(-2).sub(squares.unsqueeze(-1)));
            Tensor ofU = t(u).matmul(gradients.get(0));
            Tensor ofV = t(v).matmul(gradients.get(2));
            Tensor row = s.unsqueeze(-2);
            Tensor inner = f.mul(ofU.sub(t(ofU))).mul(row);
            inner = inner.add(f.mul(ofV.sub(t(ofV))).mul(s.unsqueeze(-1))).add(diagonal(gradients.get(1)));
            Tensor within = u.matmul(inner).matmul(t(v));
            Tensor outside = gradients.get(0).sub(u.matmul(ofU)).div(row).matmul(t(v));
            return within.add(outside);
        }
    }
}
