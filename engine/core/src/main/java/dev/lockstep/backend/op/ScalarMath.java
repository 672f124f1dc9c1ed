package dev.lockstep.backend.op;

/**
 * Defines the f32 functions, bit by bit. See Note [One definition of every function].
 *
 * <p>Note [One definition of every function]: results must not depend on the compiler tier, the vector length or the
 * machine, so nothing here calls {@link Math#exp} and its like (their intrinsics differ from their bytecode). Each
 * function is a fixed sequence of IEEE operations: add, multiply, divide, {@link Math#fma}, square root, comparison
 * with selection, and integer operations on the bits. A vector kernel that performs the same sequence lane by lane
 * gives the same bits. Both sides of a selection are computed; {@code c ? a : b} is a blend. Polynomials are our own
 * near-minimax fits; errors stated are the largest found over a dense sweep.
 */
public final class ScalarMath {
    /**
     * Added and taken away, it rounds a float below 2^22 to the nearest integer, whose value stands in the sum's low
     * bits.
     */
    static final float ROUNDING = 0x1.8p23f;

    static final float INV_SQRT_TWO_PI = 0.3989423f;

    /** The factor of x in twice the argument of GELU's tanh: 2 sqrt(2 / pi). */
    static final float GELU_TANH_LINEAR = 1.5957691f;

    /** The factor of x^3 in twice the argument of GELU's tanh. */
    static final float GELU_TANH_CUBIC = 0.071354814f;

    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0x1.62e4p-1f;
    private static final float LN2_LOW = 1.4286068e-6f;
    private static final float EXP_LARGEST = 89f;
    private static final float EXP_SMALLEST = -104f;
    private static final float TWO_OVER_PI = 0.63661975f;
    private static final float HALF_PI_HIGH = 1.5707964f;
    private static final float HALF_PI_MIDDLE = -4.371139e-8f;
    private static final float HALF_PI_LOW = -1.7151245e-15f;

    /**
     * The largest magnitude that sin and cos reduce in f32; beyond it they are those of {@link StrictMath}, rounded.
     */
    public static final float TRIGONOMETRIC_LIMIT = 65536f;

    private static final int SQRT_HALF_BITS = 0x3f3504f3;

    private ScalarMath() {}

    /** Computes e^x: {@code 2^n (1 + r + r^2 P(r))}, r the rest after n multiples of ln 2. Within 1 ulp. */
    public static float exp(float x) {
        float limited = x > EXP_LARGEST ? EXP_LARGEST : x;
        limited = limited < EXP_SMALLEST ? EXP_SMALLEST : limited;
        float shifted = Math.fma(limited, LOG2_E, ROUNDING);
        float n = shifted - ROUNDING;
        float r = Math.fma(n, -LN2_HIGH, limited);
        r = Math.fma(n, -LN2_LOW, r);
        float p = Math.fma(1.9790343e-4f, r, 1.3944659e-3f);
        p = Math.fma(p, r, 8.333497e-3f);
        p = Math.fma(p, r, 4.1666295e-2f);
        p = Math.fma(p, r, 0.16666666f);
        p = Math.fma(p, r, 0.5f);
        float y = Math.fma(p, r * r, r) + 1f;
        int power = Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(ROUNDING);
        int half = power >> 1; // Two factors, since 2^128 and 2^-150 are no normal floats.
        return y * powerOfTwo(half) * powerOfTwo(power - half);
    }

    private static float powerOfTwo(int exponent) {
        return Float.intBitsToFloat((exponent + 127) << 23);
    }

    /** Computes the natural logarithm; -inf at 0, NaN below. Within 1 ulp. */
    public static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        float scaled = tiny ? x * 0x1p25f : x;
        int bits = Float.floatToRawIntBits(scaled);
        int exponent = (bits - SQRT_HALF_BITS) >> 23;
        float f = Float.intBitsToFloat(bits - (exponent << 23)) - 1f; // in [sqrt(1/2) - 1, sqrt(2) - 1)
        float n = (float) (tiny ? exponent - 25 : exponent);
        float p = Math.fma(0.06746641f, f, -0.11675652f);
        p = Math.fma(p, f, 0.11888162f);
        p = Math.fma(p, f, -0.12405589f);
        p = Math.fma(p, f, 0.14219552f);
        p = Math.fma(p, f, -0.16667996f);
        p = Math.fma(p, f, 0.20002119f);
        p = Math.fma(p, f, -0.2500001f);
        p = Math.fma(p, f, 0.33333313f);
        float square = f * f;
        float rest = Math.fma(p * f, square, n * LN2_LOW);
        rest = Math.fma(-0.5f, square, rest);
        float y = Math.fma(n, LN2_HIGH, rest + f);
        y = x == 0f ? Float.NEGATIVE_INFINITY : y;
        y = x < 0f ? Float.NaN : y;
        return x < Float.POSITIVE_INFINITY ? y : x; // inf and NaN are their own logarithms
    }

    /** Computes tanh: {@code x + x^3 P(x^2)} near zero, else {@code 1 - 2 / (e^2x + 1)}. Within 2 ulp. */
    public static float tanh(float x) {
        float magnitude = Math.abs(x);
        float far = 1f - 2f / (exp(magnitude + magnitude) + 1f);
        float s = x * x;
        float p = Math.fma(2.1429625e-3f, s, -8.1774e-3f);
        p = Math.fma(p, s, 0.021700704f);
        p = Math.fma(p, s, -0.053946763f);
        p = Math.fma(p, s, 0.13333206f);
        p = Math.fma(p, s, -0.3333333f);
        float near = Math.fma(p * s, x, x);
        return Math.copySign(magnitude < 0.625f ? near : far, x);
    }

    /** Computes {@code 1 / (1 + e^-x)}: with {@code e = exp(-|x|)}, {@code (x < 0 ? e : 1) / (1 + e)}. Within 3 ulp. */
    public static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        return (x < 0f ? e : 1f) / (1f + e);
    }

    /**
     * Computes the error function: {@code x + x P(x^2)} near zero, else {@code 1 - exp(t Q(t))}, t = |x|. Within 2 ulp.
     */
    public static float erf(float x) {
        float s = x * x;
        float p = Math.fma(8.2966115e-5f, s, -8.125807e-4f);
        p = Math.fma(p, s, 5.1996e-3f);
        p = Math.fma(p, s, -0.026858851f);
        p = Math.fma(p, s, 0.11283686f);
        p = Math.fma(p, s, -0.37612632f);
        p = Math.fma(p, s, 0.12837917f);
        float near = Math.fma(p, x, x);
        float magnitude = Math.abs(x);
        float t = magnitude > 4f ? 4f : magnitude;
        float q = Math.fma(-5.2963587e-6f, t, 4.993292e-5f);
        q = Math.fma(q, t, 2.7472066e-5f);
        q = Math.fma(q, t, -2.8692181e-3f);
        q = Math.fma(q, t, 0.022575766f);
        q = Math.fma(q, t, -0.10516963f);
        q = Math.fma(q, t, -0.6356731f);
        q = Math.fma(q, t, -1.1285415f);
        float far = 1f - exp(q * t);
        return magnitude < 0.921875f ? near : Math.copySign(far, x);
    }

    /**
     * Computes the sine. Lanes beyond {@link #TRIGONOMETRIC_LIMIT} are {@code (float) StrictMath.sin(x)}. Within 2 ulp.
     */
    public static float sin(float x) {
        return Math.abs(x) <= TRIGONOMETRIC_LIMIT ? quarter(x, 0) : (float) StrictMath.sin(x);
    }

    /**
     * Computes the cosine. Lanes beyond {@link #TRIGONOMETRIC_LIMIT} are {@code (float) StrictMath.cos(x)}. Within 2
     * ulp.
     */
    public static float cos(float x) {
        return Math.abs(x) <= TRIGONOMETRIC_LIMIT ? quarter(x, 1) : (float) StrictMath.cos(x);
    }

    /**
     * Takes x = r + n pi/2 and evaluates sine or cosine of r by the parity of n + {@code turn}, negated in the lower
     * half.
     */
    private static float quarter(float x, int turn) {
        float shifted = Math.fma(x, TWO_OVER_PI, ROUNDING);
        float n = shifted - ROUNDING;
        float r = Math.fma(n, -HALF_PI_HIGH, x);
        r = Math.fma(n, -HALF_PI_MIDDLE, r);
        r = Math.fma(n, -HALF_PI_LOW, r);
        float s = r * r;
        float sine = Math.fma(2.7182746e-6f, s, -1.983933e-4f);
        sine = Math.fma(sine, s, 8.333329e-3f);
        sine = Math.fma(sine, s, -0.16666667f);
        sine = Math.fma(sine * s, r, r);
        float cosine = Math.fma(-2.7209904e-7f, s, 2.4799516e-5f);
        cosine = Math.fma(cosine, s, -1.3888883e-3f);
        cosine = Math.fma(cosine, s, 0.041666668f);
        cosine = Math.fma(cosine, s, -0.5f);
        cosine = Math.fma(cosine, s, 1f);
        int quadrant = Float.floatToRawIntBits(shifted) + turn; // The low bits of ROUNDING are 0.
        float y = (quadrant & 1) == 0 ? sine : cosine;
        return (quadrant & 2) == 0 ? y : -y;
    }

    /** Computes the exact GELU: x times {@link #cumulative}. Relative error 1.2e-6 from -6 on, 4e-6 from -12 on. */
    public static float gelu(float x) {
        return x * cumulative(x, exp(-0.5f * x * x));
    }

    /**
     * Computes the standard normal distribution's cumulative function at x, given {@code e = exp(-x^2 / 2)}: one exp is
     * enough for it and the density. The tail is e times half of Mills' ratio, here a polynomial in {@code k = 1 / (1 +
     * 0.35 |x|)} of relative error 4e-8 up to |x| = 14. Within 1.6e-7.
     */
    private static float cumulative(float x, float e) {
        float k = 1f / Math.fma(0.35f, Math.abs(x), 1f);
        float p = Math.fma(-0.029158881f, k, 0.14403561f);
        p = Math.fma(p, k, -0.25584835f);
        p = Math.fma(p, k, 0.15932988f);
        p = Math.fma(p, k, -0.02321898f);
        p = Math.fma(p, k, 0.10555512f);
        p = Math.fma(p, k, 0.11982068f);
        p = Math.fma(p, k, 0.1398636f);
        p = Math.fma(p, k, 0.1396213f);
        float tail = p * k * e;
        return x < 0f ? tail : 1f - tail;
    }

    /** Computes GELU's tanh form as {@code x sigmoid(2 u)}, u its tanh's argument: the same function, with one exp. */
    public static float geluTanh(float x) {
        return x * sigmoid(x * Math.fma(x * x, GELU_TANH_CUBIC, GELU_TANH_LINEAR));
    }

    /** Computes {@code x sigmoid(x)}. */
    public static float silu(float x) {
        return x * sigmoid(x);
    }

    /** Computes the gradient of {@link #gelu} at x, times g. */
    public static float geluGrad(float x, float g) {
        float e = exp(-0.5f * x * x);
        return g * Math.fma(x, INV_SQRT_TWO_PI * e, cumulative(x, e));
    }

    /** Computes the gradient of {@link #geluTanh} at x, times g. */
    public static float geluTanhGrad(float x, float g) {
        float square = x * x;
        float s = sigmoid(x * Math.fma(square, GELU_TANH_CUBIC, GELU_TANH_LINEAR));
        float slope = x * Math.fma(square, 3f * GELU_TANH_CUBIC, GELU_TANH_LINEAR);
        return g * Math.fma(s * (1f - s), slope, s);
    }

    /** Computes the gradient of {@link #silu} at x, times g. */
    public static float siluGrad(float x, float g) {
        float s = sigmoid(x);
        return g * s * Math.fma(x, 1f - s, 1f);
    }
}
