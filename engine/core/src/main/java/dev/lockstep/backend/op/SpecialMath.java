package dev.lockstep.backend.op;

/**
 * Defines the gamma function's kin and the inverse of the error function in f64, in {@link StrictMath} alone, so that
 * bits are the same everywhere. Asymptotic series after Abramowitz and Stegun 1964, 6.1.40, 6.3.18 and 6.4.11.
 */
public final class SpecialMath {
    /** From here on the asymptotic series are exact; smaller arguments are brought here by the recurrences. */
    private static final double FAR = 15;

    private static final double HALF_LOG_TWO_PI = 0.91893853320467274178;

    /** {@code B_2k / (2k (2k - 1))}. */
    private static final double[] LOG_GAMMA = {
        1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0, 1 / 156.0, -3617 / 122400.0
    };

    /** {@code B_2k / 2k}. */
    private static final double[] DIGAMMA = {
        1 / 12.0, -1 / 120.0, 1 / 252.0, -1 / 240.0, 1 / 132.0, -691 / 32760.0, 1 / 12.0, -3617 / 8160.0
    };

    /** {@code B_2k}. */
    private static final double[] TRIGAMMA = {
        1 / 6.0, -1 / 30.0, 1 / 42.0, -1 / 30.0, 5 / 66.0, -691 / 2730.0, 7 / 6.0, -3617 / 510.0
    };

    /** {@code (2k + 1) B_2k}. */
    private static final double[] TETRAGAMMA = {
        3 / 6.0, -5 / 30.0, 7 / 42.0, -9 / 30.0, 55 / 66.0, -13 * 691 / 2730.0, 15 * 7 / 6.0, -17 * 3617 / 510.0
    };

    private static final double WINITZKI = 0.147;
    private static final double TWO_OVER_ROOT_PI = 1.12837916709551257390;
    private static final int HALLEY_STEPS = 3;

    private SpecialMath() {}

    /** Computes the logarithm of the magnitude of the gamma function; infinite at 0, -1, -2, ... */
    public static double lgamma(double x) {
        if (Double.isNaN(x) || Double.isInfinite(x)) {
            return Math.abs(x);
        }
        if (x <= 0) {
            double sine = Math.abs(StrictMath.sin(Math.PI * (x - Math.rint(x))));
            return sine == 0 ? Double.POSITIVE_INFINITY : StrictMath.log(Math.PI / sine) - lgamma(1 - x);
        }
        double product = 1;
        double at = x;
        while (at < FAR) {
            product *= at++;
        }
        double series = series(LOG_GAMMA, at) / at;
        double far = at > 1e300 ? at * (StrictMath.log(at) - 1) : (at - 0.5) * StrictMath.log(at) - at;
        return far + HALF_LOG_TWO_PI + series - StrictMath.log(product);
    }

    /** Computes the derivative of {@link #lgamma}; not a number at -1, -2, ..., infinite at zero. */
    public static double digamma(double x) {
        if (x == 0) {
            return Math.copySign(Double.POSITIVE_INFINITY, -x);
        }
        if (x < 0) {
            double angle = Math.PI * (x - Math.rint(x));
            return angle == 0 ? Double.NaN : digamma(1 - x) - Math.PI / StrictMath.tan(angle);
        }
        double sum = 0;
        double at = x;
        while (at < FAR) {
            sum -= 1 / at++;
        }
        return sum + StrictMath.log(at) - 0.5 / at - series(DIGAMMA, at) / at / at;
    }

    /** Computes the derivative of {@link #digamma}: {@code polygamma(1, x)}; infinite at 0, -1, -2, ... */
    public static double trigamma(double x) {
        if (x <= 0) {
            double sine = StrictMath.sin(Math.PI * (x - Math.rint(x)));
            return sine == 0 ? Double.POSITIVE_INFINITY : Math.PI * Math.PI / (sine * sine) - trigamma(1 - x);
        }
        double sum = 0;
        double at = x;
        while (at < FAR) {
            sum += 1 / (at * at);
            at++;
        }
        return sum + 1 / at + 0.5 / at / at + series(TRIGAMMA, at) / at / at / at;
    }

    /** Computes the derivative of {@link #trigamma}: {@code polygamma(2, x)}; not a number at 0, -1, -2, ... */
    public static double tetragamma(double x) {
        if (x <= 0) {
            double angle = Math.PI * (x - Math.rint(x));
            double sine = StrictMath.sin(angle);
            double mirrored = 2 * Math.PI * Math.PI * Math.PI * StrictMath.cos(angle) / (sine * sine * sine);
            return angle == 0 ? Double.NaN : tetragamma(1 - x) - mirrored;
        }
        double sum = 0;
        double at = x;
        while (at < FAR) {
            sum -= 2 / (at * at * at);
            at++;
        }
        return sum - (1 + 1 / at) / at / at - series(TETRAGAMMA, at) / at / at / at / at;
    }

    /** Sums {@code c_k / x^2k}, the smallest term first. */
    private static double series(double[] coefficients, double x) {
        double square = x * x;
        double sum = 0;
        for (int k = coefficients.length - 1; k >= 0; k--) {
            sum = sum / square + coefficients[k];
        }
        return sum;
    }

    /**
     * Computes the inverse of the error function: Winitzki's closed form (2008), then Halley's steps. Infinite at -1
     * and 1, not a number beyond.
     */
    public static double erfinv(double x) {
        if (Math.abs(x) >= 1 || x == 0 || Double.isNaN(x)) {
            return Math.abs(x) == 1 ? x * Double.POSITIVE_INFINITY : x == 0 ? x : Double.NaN;
        }
        double log = StrictMath.log1p(-x * x);
        double half = 2 / (Math.PI * WINITZKI) + log / 2;
        double y = Math.copySign(Math.sqrt(Math.sqrt(half * half - log / WINITZKI) - half), x);
        for (int step = 0; step < HALLEY_STEPS; step++) {
            double error = (DoubleMath.erf(y) - x) / (TWO_OVER_ROOT_PI * StrictMath.exp(-y * y));
            y -= error / (1 + y * error);
        }
        return y;
    }
}
