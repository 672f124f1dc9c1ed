package dev.lockstep.tensor;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Singular values of a tall matrix by one-sided rotations (Hestenes 1958): columns are turned against each other until
 * all are orthogonal; their lengths are the singular values.
 */
final class JacobiSvd {
    private static final int MOST_SWEEPS = 60;
    private static final double ORTHOGONAL = 1e-16;

    private JacobiSvd() {}

    /** {@return U [m, n], s [n] descending, V [n, n]} */
    static double[][] of(double[] matrix, int m, int n) {
        double[] a = matrix.clone();
        double[] v = new double[n * n];
        for (int i = 0; i < n; i++) {
            v[i * n + i] = 1;
        }
        boolean turned = true;
        for (int sweep = 0; sweep < MOST_SWEEPS && turned; sweep++) {
            turned = false;
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    turned |= turn(a, v, n, new int[] {p, q});
                }
            }
        }
        return sorted(a, v, m, n);
    }

    private static boolean turn(double[] a, double[] v, int n, int[] pair) {
        double pp = dot(a, n, pair[0], pair[0]);
        double qq = dot(a, n, pair[1], pair[1]);
        double pq = dot(a, n, pair[0], pair[1]);
        if (Math.abs(pq) <= ORTHOGONAL * Math.sqrt(pp * qq)) {
            return false;
        }
        double theta = (qq - pp) / (2 * pq);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        rotate(a, n, pair, new double[] {c, t * c});
        rotate(v, n, pair, new double[] {c, t * c});
        return true;
    }

    private static double dot(double[] a, int n, int p, int q) {
        double sum = 0;
        for (int i = 0; i < a.length; i += n) {
            sum += a[i + p] * a[i + q];
        }
        return sum;
    }

    private static void rotate(double[] a, int n, int[] pair, double[] angle) {
        for (int i = 0; i < a.length; i += n) {
            double first = a[i + pair[0]];
            double second = a[i + pair[1]];
            a[i + pair[0]] = angle[0] * first - angle[1] * second;
            a[i + pair[1]] = angle[1] * first + angle[0] * second;
        }
    }

    private static double[][] sorted(double[] a, double[] v, int m, int n) {
        double[] lengths = new double[n];
        Integer[] order = new Integer[n];
        for (int k = 0; k < n; k++) {
            lengths[k] = Math.sqrt(dot(a, n, k, k));
            order[k] = k;
        }
        Arrays.sort(order, Comparator.comparingDouble(k -> -lengths[k]));
        double[] u = new double[m * n];
        double[] s = new double[n];
        double[] turned = new double[n * n];
        for (int k = 0; k < n; k++) {
            int from = order[k];
            s[k] = lengths[from];
            for (int i = 0; i < m; i++) {
                u[i * n + k] = s[k] == 0 ? 0 : a[i * n + from] / s[k];
            }
            for (int i = 0; i < n; i++) {
                turned[i * n + k] = v[i * n + from];
            }
        }
        return new double[][] {u, s, turned};
    }
}
