package dev.lockstep.backend.op;

/**
 * Defines the f64 functions that {@link StrictMath} lacks. Made for gradient checks and oracles: exact to a few ulp,
 * reproducible, and slow. See Note [One definition of every function] in {@link ScalarMath}.
 */
public final class DoubleMath {
    private static final double LN2 = 0.69314718055994530942;
    private static final double SQRT_HALF = 0.70710678118654752440;
    private static final double INV_SQRT_TWO_PI = 0.39894228040143267794;
    private static final double TWO_OVER_SQRT_PI = 1.12837916709551257390;
    private static final double INV_SQRT_PI = 0.56418958354775628695;
    private static final double GELU_TANH_LINEAR = 1.59576912160573071176;
    private static final double GELU_TANH_CUBIC = 0.044715 * GELU_TANH_LINEAR;

    /** From here on erf is one minus the continued fraction of erfc, below it is the series. */
    private static final double SERIES_LIMIT = 2.5;

    private static final int FRACTION_TERMS = 100;

    private DoubleMath() {}

    /** Computes the logarithm to base 2; exact for powers of 2. */
    public static double log2(double x) {
        int exponent = Math.getExponent(x);
        boolean isNormal = x > 0 && exponent >= Double.MIN_EXPONENT && exponent <= Double.MAX_EXPONENT;
        return isNormal ? exponent + StrictMath.log(Math.scalb(x, -exponent)) / LN2 : StrictMath.log(x) / LN2;
    }

    /** Computes the quotient rounded down, as torch does: from the exact remainder. */
    public static double floorDivide(double a, double b) {
        if (b == 0) {
            return a / b;
        }
        double rest = a % b;
        double quotient = (a - rest) / b;
        if (rest != 0 && rest < 0 != b < 0) {
            quotient--;
        }
        double down = Math.floor(quotient);
        return quotient == 0 ? Math.copySign(0, a / b) : quotient - down > 0.5 ? down + 1 : down;
    }

    /** Computes the remainder that has the divisor's sign. */
    public static double remainder(double a, double b) {
        double rest = a % b;
        return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
    }

    /** Computes {@code 1 / (1 + e^-x)} without overflow. */
    public static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /** Computes the error function. */
    public static double erf(double x) {
        double magnitude = Math.abs(x);
        return magnitude < SERIES_LIMIT ? series(x) : Math.copySign(1 - fraction(magnitude), x);
    }

    /** Computes the standard normal distribution's share below x. */
    public static double normal(double x) {
        return 0.5 * (1 + erf(x * SQRT_HALF));
    }

    /** Computes the inverse of {@link #erf} by Newton's method from Giles' approximation (2010). */
    public static double inverseErf(double y) {
        if (!(Math.abs(y) < 1)) {
            return Math.abs(y) == 1 ? y * Double.POSITIVE_INFINITY : Double.NaN;
        }
        double w = -StrictMath.log((1 - y) * (1 + y));
        double x = y * (w < 5 ? near(w - 2.5) : far(Math.sqrt(w) - 3));
        for (int i = 0; i < 2; i++) {
            x -= (erf(x) - y) / (TWO_OVER_SQRT_PI * StrictMath.exp(-x * x));
        }
        return x;
    }

    private static double near(double w) {
        double p = 2.81022636e-08;
        for (double c : new double[] {
            3.43273939e-07,
            -3.5233877e-06,
            -4.39150654e-06,
            0.00021858087,
            -0.00125372503,
            -0.00417768164,
            0.246640727,
            1.50140941
        }) {
            p = c + p * w;
        }
        return p;
    }

    private static double far(double w) {
        double p = -0.000200214257;
        for (double c : new double[] {
            0.000100950558,
            0.00134934322,
            -0.00367342844,
            0.00573950773,
            -0.0076224613,
            0.00943887047,
            1.00167406,
            2.83297682
        }) {
            p = c + p * w;
        }
        return p;
    }

    /**
     * Sums {@code 2/sqrt(pi) e^-x^2 sum of 2^n x^(2n+1) / (2n+1)!!}, whose terms have one sign (Abramowitz and Stegun
     * 7.1.6).
     */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * StrictMath.exp(-x * x) * sum;
    }

    /** Evaluates the continued fraction of erfc from its far end (Abramowitz and Stegun 7.1.14). */
    private static double fraction(double x) {
        double f = x;
        for (int k = FRACTION_TERMS; k >= 1; k--) {
            f = x + 0.5 * k / f;
        }
        return INV_SQRT_PI * StrictMath.exp(-x * x) / f;
    }

    /** Computes the exact GELU. */
    public static double gelu(double x) {
        return 0.5 * x * (1 + erf(x * SQRT_HALF));
    }

    /** Computes GELU's tanh form. */
    public static double geluTanh(double x) {
        return x * sigmoid(x * (GELU_TANH_LINEAR + GELU_TANH_CUBIC * x * x));
    }

    /** Computes {@code x sigmoid(x)}. */
    public static double silu(double x) {
        return x * sigmoid(x);
    }

    /** Computes the gradient of {@link #gelu} at x, times g. */
    public static double geluGrad(double x, double g) {
        double cumulative = 0.5 * (1 + erf(x * SQRT_HALF));
        return g * (cumulative + x * INV_SQRT_TWO_PI * StrictMath.exp(-0.5 * x * x));
    }

    /** Computes the gradient of {@link #geluTanh} at x, times g. */
    public static double geluTanhGrad(double x, double g) {
        double square = x * x;
        double s = sigmoid(x * (GELU_TANH_LINEAR + GELU_TANH_CUBIC * square));
        return g * (s + s * (1 - s) * x * (GELU_TANH_LINEAR + 3 * GELU_TANH_CUBIC * square));
    }

    /** Computes the gradient of {@link #silu} at x, times g. */
    public static double siluGrad(double x, double g) {
        double s = sigmoid(x);
        return g * s * (1 + x * (1 - s));
    }
}
