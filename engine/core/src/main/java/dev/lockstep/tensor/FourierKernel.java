package dev.lockstep.tensor;

/**
 * Transforms one line of complex numbers, real and imaginary parts side by side, without scale: by halves (Cooley and
 * Tukey 1965) where the length is a power of two, else as a convolution of such lengths (Bluestein 1970). Of one length
 * and direction; immutable.
 */
final class FourierKernel {
    private final int n;
    private final int padded;
    private final double[] roots;
    private final double[] chirp;
    private final double[] filter;

    FourierKernel(int n, boolean inverse) {
        this.n = n;
        boolean isPower = Integer.bitCount(n) == 1;
        this.padded = isPower ? n : Integer.highestOneBit(2 * n) * 2;
        this.roots = new double[Math.max(2, padded)];
        for (int k = 0; k < Math.max(1, padded / 2); k++) {
            setRoot(roots, k, k, padded);
        }
        this.chirp = isPower ? new double[0] : new double[2 * n];
        this.filter = isPower ? new double[0] : new double[2 * padded];
        if (!isPower) {
            for (int k = 0; k < n; k++) {
                setRoot(chirp, k, (long) k * k % (2L * n), 2L * n);
            }
        }
        if (inverse) {
            conjugate(isPower ? roots : chirp);
        }
        if (!isPower) {
            spread();
        }
    }

    /** Sets element k to {@code e^(-2 pi i place / of)}. */
    private static void setRoot(double[] to, int k, long place, long of) {
        double angle = -2 * Math.PI * place / of;
        to[2 * k] = StrictMath.cos(angle);
        to[2 * k + 1] = StrictMath.sin(angle);
    }

    /** Transforms the chirp's conjugate, laid around zero. */
    private void spread() {
        for (int k = 0; k < n; k++) {
            for (int place : new int[] {k, (padded - k) % padded}) {
                filter[2 * place] = chirp[2 * k];
                filter[2 * place + 1] = -chirp[2 * k + 1];
            }
        }
        byHalves(filter);
    }

    private static void conjugate(double[] x) {
        for (int k = 1; k < x.length; k += 2) {
            x[k] = -x[k];
        }
    }

    /** Transforms 2 n numbers in place. */
    void transform(double[] line) {
        if (chirp.length == 0) {
            byHalves(line);
        } else {
            byConvolution(line);
        }
    }

    private void byConvolution(double[] line) {
        double[] wide = new double[2 * padded];
        System.arraycopy(line, 0, wide, 0, 2 * n);
        multiply(wide, chirp, n);
        byHalves(wide);
        multiply(wide, filter, padded);
        conjugate(wide);
        byHalves(wide);
        for (int k = 0; k < n; k++) {
            line[2 * k] = wide[2 * k] / padded;
            line[2 * k + 1] = -wide[2 * k + 1] / padded;
        }
        multiply(line, chirp, n);
    }

    private static void multiply(double[] x, double[] y, int count) {
        for (int k = 0; k < count; k++) {
            double real = x[2 * k] * y[2 * k] - x[2 * k + 1] * y[2 * k + 1];
            x[2 * k + 1] = x[2 * k] * y[2 * k + 1] + x[2 * k + 1] * y[2 * k];
            x[2 * k] = real;
        }
    }

    private void byHalves(double[] x) {
        reverseBits(x);
        for (int half = 1; half < padded; half *= 2) {
            int step = padded / (2 * half);
            for (int block = 0; block < padded; block += 2 * half) {
                for (int k = 0; k < half; k++) {
                    butterfly(x, 2 * (block + k), 2 * (block + k + half), 2 * k * step);
                }
            }
        }
    }

    private void butterfly(double[] x, int a, int b, int root) {
        double real = x[b] * roots[root] - x[b + 1] * roots[root + 1];
        double imaginary = x[b] * roots[root + 1] + x[b + 1] * roots[root];
        x[b] = x[a] - real;
        x[b + 1] = x[a + 1] - imaginary;
        x[a] += real;
        x[a + 1] += imaginary;
    }

    private void reverseBits(double[] x) {
        int shift = Integer.numberOfLeadingZeros(padded) + 1;
        for (int k = 0; k < padded && padded > 1; k++) {
            int other = Integer.reverse(k) >>> shift;
            if (k < other) {
                for (int part = 0; part < 2; part++) {
                    double kept = x[2 * k + part];
                    x[2 * k + part] = x[2 * other + part];
                    x[2 * other + part] = kept;
                }
            }
        }
    }
}
