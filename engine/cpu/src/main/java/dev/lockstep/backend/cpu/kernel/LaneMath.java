package dev.lockstep.backend.cpu.kernel;

import static dev.lockstep.backend.cpu.kernel.Lanes.all;
import static dev.lockstep.backend.cpu.kernel.Lanes.atMost;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.lockstep.backend.op.ScalarMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link ScalarMath} lane by lane: the same operations with the same constants in the same order, so the same bits. A
 * change there is a change here; a test compares every function over all exponents. Functions with more operations than
 * the compiler inlines into one loop come in parts, which {@link StagedKernels} puts together.
 */
final class LaneMath {
    private static final float ROUNDING = 0x1.8p23f;
    private static final int ROUNDING_BITS = Float.floatToRawIntBits(ROUNDING);
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0x1.62e4p-1f;
    private static final float LN2_LOW = 1.4286068e-6f;
    private static final int SQRT_HALF_BITS = 0x3f3504f3;
    private static final float INV_SQRT_TWO_PI = 0.3989423f;
    private static final float GELU_TANH_LINEAR = 1.5957691f;
    private static final float GELU_TANH_CUBIC = 0.071354814f;
    private static final int SIGN_BIT = 0x80000000;
    private static final int BIAS = 127;
    private static final int MANTISSA_BITS = 23;

    private LaneMath() {}

    /** Computes {@link ScalarMath#exp}. */
    static FloatVector exp(FloatVector x) {
        FloatVector limited = atMost(x, 89f);
        limited = limited.blend(-104f, limited.compare(LT, -104f));
        FloatVector shifted = limited.fma(all(LOG2_E), all(ROUNDING));
        FloatVector n = shifted.sub(ROUNDING);
        FloatVector r = n.fma(all(-LN2_HIGH), limited);
        r = n.fma(all(-LN2_LOW), r);
        FloatVector p = all(1.9790343e-4f).fma(r, all(1.3944659e-3f));
        p = p.fma(r, all(8.333497e-3f));
        p = p.fma(r, all(4.1666295e-2f));
        p = p.fma(r, all(0.16666666f));
        p = p.fma(r, all(0.5f));
        FloatVector y = p.fma(r.mul(r), r).add(1f);
        IntVector power = shifted.reinterpretAsInts().sub(ROUNDING_BITS);
        IntVector half = power.lanewise(ASHR, 1);
        return y.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(BIAS).lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats();
    }

    /** Computes {@link ScalarMath#log}. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p25f), tiny).reinterpretAsInts();
        IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, MANTISSA_BITS);
        FloatVector f = bits.sub(exponent.lanewise(LSHL, MANTISSA_BITS))
                .reinterpretAsFloats()
                .sub(1f);
        FloatVector n = (FloatVector) exponent.convert(I2F, 0);
        n = n.blend(n.sub(25f), tiny); // Both are small integers, so the difference is exact.
        FloatVector p = all(0.06746641f).fma(f, all(-0.11675652f));
        p = p.fma(f, all(0.11888162f));
        p = p.fma(f, all(-0.12405589f));
        p = p.fma(f, all(0.14219552f));
        p = p.fma(f, all(-0.16667996f));
        p = p.fma(f, all(0.20002119f));
        p = p.fma(f, all(-0.2500001f));
        p = p.fma(f, all(0.33333313f));
        FloatVector square = f.mul(f);
        FloatVector rest = p.mul(f).fma(square, n.mul(LN2_LOW));
        rest = all(-0.5f).fma(square, rest);
        FloatVector y = n.fma(all(LN2_HIGH), rest.add(f));
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f));
        y = y.blend(Float.NaN, x.compare(LT, 0f));
        return x.blend(y, x.compare(LT, Float.POSITIVE_INFINITY));
    }

    /** Computes the part of {@link ScalarMath#tanh} that {@link #tanh} wants: e^2|x|. */
    static FloatVector tanhExp(FloatVector x) {
        FloatVector magnitude = x.abs();
        return exp(magnitude.add(magnitude));
    }

    /** Computes {@link ScalarMath#tanh} of x, given e^2|x|. */
    static FloatVector tanh(FloatVector x, FloatVector e) {
        FloatVector far = all(1f).sub(all(2f).div(e.add(1f)));
        FloatVector s = x.mul(x);
        FloatVector p = all(2.1429625e-3f).fma(s, all(-8.1774e-3f));
        p = p.fma(s, all(0.021700704f));
        p = p.fma(s, all(-0.053946763f));
        p = p.fma(s, all(0.13333206f));
        p = p.fma(s, all(-0.3333333f));
        FloatVector near = p.mul(s).fma(x, x);
        return copySign(far.blend(near, x.abs().compare(LT, 0.625f)), x);
    }

    /** Computes {@link ScalarMath#sigmoid}. */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        return all(1f).blend(e, x.compare(LT, 0f)).div(e.add(1f));
    }

    /** Computes the exponent in {@link ScalarMath#erf}: t Q(t), t = min(|x|, 4). */
    static FloatVector erfExponent(FloatVector x) {
        FloatVector t = atMost(x.abs(), 4f);
        FloatVector q = all(-5.2963587e-6f).fma(t, all(4.993292e-5f));
        q = q.fma(t, all(2.7472066e-5f));
        q = q.fma(t, all(-2.8692181e-3f));
        q = q.fma(t, all(0.022575766f));
        q = q.fma(t, all(-0.10516963f));
        q = q.fma(t, all(-0.6356731f));
        q = q.fma(t, all(-1.1285415f));
        return q.mul(t);
    }

    /** Computes {@link ScalarMath#erf} of x, given e to the power of {@link #erfExponent}. */
    static FloatVector erf(FloatVector x, FloatVector e) {
        FloatVector s = x.mul(x);
        FloatVector p = all(8.2966115e-5f).fma(s, all(-8.125807e-4f));
        p = p.fma(s, all(5.1996e-3f));
        p = p.fma(s, all(-0.026858851f));
        p = p.fma(s, all(0.11283686f));
        p = p.fma(s, all(-0.37612632f));
        p = p.fma(s, all(0.12837917f));
        FloatVector near = p.fma(x, x);
        return copySign(all(1f).sub(e), x).blend(near, x.abs().compare(LT, 0.921875f));
    }

    private static FloatVector copySign(FloatVector magnitude, FloatVector sign) {
        IntVector bits = magnitude.reinterpretAsInts().and(~SIGN_BIT);
        return bits.or(sign.reinterpretAsInts().and(SIGN_BIT)).reinterpretAsFloats();
    }

    /** Computes the exp in {@link ScalarMath#gelu} and {@link ScalarMath#geluGrad}. */
    static FloatVector geluExp(FloatVector x) {
        return exp(x.mul(-0.5f).mul(x));
    }

    /** Computes {@link ScalarMath#gelu} of x, given {@link #geluExp}. */
    static FloatVector gelu(FloatVector x, FloatVector e) {
        return x.mul(cumulative(x, e));
    }

    /** Computes {@link ScalarMath#geluGrad} of x and g, given {@link #geluExp}. */
    static FloatVector geluGrad(FloatVector x, FloatVector e, FloatVector g) {
        return g.mul(x.fma(e.mul(INV_SQRT_TWO_PI), cumulative(x, e)));
    }

    private static FloatVector cumulative(FloatVector x, FloatVector e) {
        FloatVector k = all(1f).div(all(0.35f).fma(x.abs(), all(1f)));
        FloatVector p = all(-0.029158881f).fma(k, all(0.14403561f));
        p = p.fma(k, all(-0.25584835f));
        p = p.fma(k, all(0.15932988f));
        p = p.fma(k, all(-0.02321898f));
        p = p.fma(k, all(0.10555512f));
        p = p.fma(k, all(0.11982068f));
        p = p.fma(k, all(0.1398636f));
        p = p.fma(k, all(0.1396213f));
        FloatVector tail = p.mul(k).mul(e);
        return all(1f).sub(tail).blend(tail, x.compare(LT, 0f));
    }

    /** Computes the argument of the sigmoid in {@link ScalarMath#geluTanh}. */
    static FloatVector geluTanhArgument(FloatVector x) {
        return x.mul(x.mul(x).fma(all(GELU_TANH_CUBIC), all(GELU_TANH_LINEAR)));
    }

    /** Computes the slope in {@link ScalarMath#geluTanhGrad}, given the sigmoid of {@link #geluTanhArgument}. */
    static FloatVector geluTanhSlope(FloatVector x, FloatVector s) {
        FloatVector slope = x.mul(x.mul(x).fma(all(3f * GELU_TANH_CUBIC), all(GELU_TANH_LINEAR)));
        return s.mul(all(1f).sub(s)).fma(slope, s);
    }

    /** Computes the last factor in {@link ScalarMath#siluGrad}, given the sigmoid of x. */
    static FloatVector siluFactor(FloatVector x, FloatVector s) {
        return x.fma(all(1f).sub(s), all(1f));
    }

    /** Computes -1, 0 or 1; zeros and NaN stay. */
    static FloatVector sign(FloatVector x) {
        return x.blend(1f, x.compare(GT, 0f)).blend(-1f, x.compare(LT, 0f));
    }

    /** Computes {@code x <= 0 ? 0 : x}. */
    static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(LE, 0f));
    }

    /** Computes {@code y > 0 ? g : 0}. */
    static FloatVector reluGrad(FloatVector y, FloatVector g) {
        return all(0f).blend(g, y.compare(GT, 0f));
    }

    /** Computes 1 where a and b are equal, else 0. */
    static FloatVector equal(FloatVector a, FloatVector b) {
        return all(0f).blend(1f, a.compare(EQ, b));
    }

    /** Computes 1 where a and b differ, else 0. */
    static FloatVector different(FloatVector a, FloatVector b) {
        return all(0f).blend(1f, a.compare(NE, b));
    }

    /** Computes 1 where a is less than b, else 0. */
    static FloatVector less(FloatVector a, FloatVector b) {
        return all(0f).blend(1f, a.compare(LT, b));
    }

    /** Computes 1 where a is at most b, else 0. */
    static FloatVector lessOrEqual(FloatVector a, FloatVector b) {
        return all(0f).blend(1f, a.compare(LE, b));
    }

    /** Computes 1 where a is greater than b, else 0. */
    static FloatVector greater(FloatVector a, FloatVector b) {
        return all(0f).blend(1f, a.compare(GT, b));
    }

    /** Computes 1 where a is at least b, else 0. */
    static FloatVector greaterOrEqual(FloatVector a, FloatVector b) {
        return all(0f).blend(1f, a.compare(GE, b));
    }
}
