package dev.lockstep.tensor;

import java.util.Arrays;
import java.util.Comparator;

/** Decompositions of one matrix in C order, in f64 (Golub and Van Loan 2013). */
final class MatrixKernels {
    private static final int MOST_SWEEPS = 60;

    private MatrixKernels() {}

    /**
     * Solves {@code a x = b} by elimination with the largest pivot of each column; overwrites both.
     *
     * @return the determinant of a; 0 if it is singular, and then x is not there
     */
    static double solve(double[] a, double[] b, int n) {
        int width = n == 0 ? 0 : b.length / n;
        double determinant = 1;
        for (int k = 0; k < n; k++) {
            int pivot = pivot(a, n, k);
            if (a[pivot * n + k] == 0) {
                return 0;
            }
            determinant *= pivot == k ? a[k * n + k] : -a[pivot * n + k];
            swapRows(a, n, pivot, k);
            swapRows(b, width, pivot, k);
            for (int i = k + 1; i < n; i++) {
                double factor = a[i * n + k] / a[k * n + k];
                addRow(a, n, i, k, -factor);
                addRow(b, width, i, k, -factor);
            }
        }
        for (int k = n - 1; k >= 0; k--) {
            for (int j = 0; j < width; j++) {
                b[k * width + j] /= a[k * n + k];
            }
            for (int i = 0; i < k; i++) {
                addRow(b, width, i, k, -a[i * n + k]);
            }
        }
        return determinant;
    }

    private static int pivot(double[] a, int n, int column) {
        int best = column;
        for (int i = column + 1; i < n; i++) {
            best = Math.abs(a[i * n + column]) > Math.abs(a[best * n + column]) ? i : best;
        }
        return best;
    }

    private static void swapRows(double[] a, int width, int i, int k) {
        for (int j = 0; j < width && i != k; j++) {
            double kept = a[i * width + j];
            a[i * width + j] = a[k * width + j];
            a[k * width + j] = kept;
        }
    }

    private static void addRow(double[] a, int width, int to, int from, double factor) {
        for (int j = 0; j < width; j++) {
            a[to * width + j] += factor * a[from * width + j];
        }
    }

    /** Finds the lower triangle L with {@code a = L L^T}; its diagonal has a NaN if there is none. */
    static double[] cholesky(double[] a, int n) {
        double[] l = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i * n + j];
                for (int k = 0; k < j; k++) {
                    sum -= l[i * n + k] * l[j * n + k];
                }
                l[i * n + j] = i == j ? Math.sqrt(sum) : sum / l[j * n + j];
            }
        }
        return l;
    }

    /** Finds Q [m, k] and R [k, n], k the smaller of m and n, by Householder's reflections, with LAPACK's signs. */
    static double[][] qr(double[] matrix, int m, int n) {
        int count = Math.min(m, n);
        double[] r = matrix.clone();
        double[] q = new double[m * m];
        for (int i = 0; i < m; i++) {
            q[i * m + i] = 1;
        }
        for (int k = 0; k < count && k < m - 1; k++) {
            double[] v = reflector(r, m, n, k);
            reflect(r, v, n, true);
            reflect(q, v, m, false);
        }
        double[] thinQ = new double[m * count];
        double[] thinR = new double[count * n];
        for (int i = 0; i < m; i++) {
            System.arraycopy(q, i * m, thinQ, i * count, count);
        }
        for (int i = 0; i < count; i++) {
            for (int j = i; j < n; j++) {
                thinR[i * n + j] = r[i * n + j];
            }
        }
        return new double[][] {thinQ, thinR};
    }

    /** The direction of the reflection that clears a column below its diagonal; zeros where it is clear. */
    private static double[] reflector(double[] r, int m, int n, int k) {
        double[] v = new double[m];
        double square = 0;
        for (int i = k; i < m; i++) {
            v[i] = r[i * n + k];
            square += v[i] * v[i];
        }
        double below = square - v[k] * v[k];
        if (below == 0) {
            return new double[m];
        }
        v[k] += Math.copySign(Math.sqrt(square), v[k]);
        double length = Math.sqrt(below + v[k] * v[k]);
        for (int i = k; i < m; i++) {
            v[i] /= length;
        }
        return v;
    }

    /** Multiplies by {@code I - 2 v v^T}, from the left or from the right. */
    private static void reflect(double[] a, double[] v, int width, boolean left) {
        int lines = left ? width : a.length / width;
        for (int line = 0; line < lines; line++) {
            double dot = 0;
            for (int i = 0; i < v.length; i++) {
                dot += v[i] * a[left ? i * width + line : line * width + i];
            }
            for (int i = 0; i < v.length; i++) {
                a[left ? i * width + line : line * width + i] -= 2 * dot * v[i];
            }
        }
    }

    /**
     * Finds the eigenvalues, ascending, and the eigenvectors in columns, of a symmetric matrix, by Jacobi's rotations.
     */
    static double[][] eigh(double[] matrix, int n) {
        double[] a = matrix.clone();
        double[] v = new double[n * n];
        for (int i = 0; i < n; i++) {
            v[i * n + i] = 1;
        }
        for (int sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a, n) > 0; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotate(a, v, n, new int[] {p, q});
                }
            }
        }
        return ascending(a, v, n);
    }

    private static double offDiagonal(double[] a, int n) {
        double sum = 0;
        double all = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                sum += i == j ? 0 : Math.abs(a[i * n + j]);
                all += Math.abs(a[i * n + j]);
            }
        }
        return sum <= 1e-17 * all ? 0 : sum;
    }

    private static void rotate(double[] a, double[] v, int n, int[] pair) {
        int p = pair[0];
        int q = pair[1];
        if (a[p * n + q] == 0) {
            return;
        }
        double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        for (int k = 0; k < n; k++) {
            double left = a[k * n + p];
            double right = a[k * n + q];
            a[k * n + p] = c * left - s * right;
            a[k * n + q] = s * left + c * right;
        }
        for (int k = 0; k < n; k++) {
            double upper = a[p * n + k];
            double lower = a[q * n + k];
            a[p * n + k] = c * upper - s * lower;
            a[q * n + k] = s * upper + c * lower;
            double first = v[k * n + p];
            double second = v[k * n + q];
            v[k * n + p] = c * first - s * second;
            v[k * n + q] = s * first + c * second;
        }
        a[p * n + q] = 0;
        a[q * n + p] = 0;
    }

    private static double[][] ascending(double[] a, double[] v, int n) {
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> a[i * n + i]));
        double[] values = new double[n];
        double[] vectors = new double[n * n];
        for (int k = 0; k < n; k++) {
            values[k] = a[order[k] * n + order[k]];
            for (int i = 0; i < n; i++) {
                vectors[i * n + k] = v[i * n + order[k]];
            }
        }
        return new double[][] {values, vectors};
    }
}
