package dev.lockstep.nn;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Generator;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.lang.foreign.MemorySegment;

/**
 * Fills tensors with initial values, as {@code torch.nn.init}; each function returns its argument. Numbers come from
 * the default generator, element by element in C order, so that {@code manualSeed(s)} gives the values that PyTorch
 * gives. F32 tensors only where numbers are drawn.
 */
public final class Init {
    private static final double SQRT_2 = 1.4142135623730951;
    private static final double SQRT_3 = 1.7320508075688772;

    private Init() {}

    /** Overwrites with zeros. */
    public static Tensor zeros_(Tensor tensor) {
        return constant_(tensor, 0);
    }

    /** Overwrites with ones. */
    public static Tensor ones_(Tensor tensor) {
        return constant_(tensor, 1);
    }

    /** Overwrites with one number. */
    public static Tensor constant_(Tensor tensor, double value) {
        try (var _ = GradMode.noGrad()) {
            return tensor.fill_(value);
        }
    }

    /** Draws from U[low, high). */
    public static Tensor uniform_(Tensor tensor, double low, double high) {
        float[] values = newValues(tensor);
        Generator.defaultGenerator().fillUniform(values);
        float from = (float) low;
        float range = (float) high - from;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.fma(values[i], range, from); // Fused, as torch is compiled: its bits depend on it.
        }
        return write(tensor, values);
    }

    /** Draws from N(mean, deviation^2). */
    public static Tensor normal_(Tensor tensor, double mean, double deviation) {
        float[] values = newValues(tensor);
        Generator.defaultGenerator().fillNormal(values);
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] * (float) deviation + (float) mean;
        }
        return write(tensor, values);
    }

    /** Draws from U(-b, b) with {@code b = gain sqrt(6 / (fanIn + fanOut))} (Glorot and Bengio 2010). */
    public static Tensor xavierUniform_(Tensor tensor, double gain) {
        double deviation = gain * StrictMath.sqrt(2.0 / (fanIn(tensor.shape()) + fanOut(tensor.shape())));
        return uniform_(tensor, -SQRT_3 * deviation, SQRT_3 * deviation);
    }

    /** Draws from N(0, s^2) with {@code s = gain sqrt(2 / (fanIn + fanOut))} (Glorot and Bengio 2010). */
    public static Tensor xavierNormal_(Tensor tensor, double gain) {
        return normal_(tensor, 0, gain * StrictMath.sqrt(2.0 / (fanIn(tensor.shape()) + fanOut(tensor.shape()))));
    }

    /**
     * Draws from U(-b, b) with {@code b = sqrt(6 / ((1 + a^2) fanIn))} (He et al. 2015).
     *
     * @param a negative slope of the leaky ReLU that follows; 0 for a ReLU
     */
    public static Tensor kaimingUniform_(Tensor tensor, double a) {
        double bound = SQRT_3 * kaimingDeviation(tensor.shape(), a);
        return uniform_(tensor, -bound, bound);
    }

    /** Draws from N(0, s^2) with {@code s = sqrt(2 / ((1 + a^2) fanIn))} (He et al. 2015). */
    public static Tensor kaimingNormal_(Tensor tensor, double a) {
        return normal_(tensor, 0, kaimingDeviation(tensor.shape(), a));
    }

    /** {@return how many inputs an output of this weight has: all sizes but the first, multiplied} */
    public static long fanIn(Shape weight) {
        checkFans(weight);
        return weight.elements() / Math.max(1, weight.size(0));
    }

    /** {@return how many outputs an input of this weight has: all sizes but the second, multiplied} */
    public static long fanOut(Shape weight) {
        checkFans(weight);
        return weight.elements() / Math.max(1, weight.size(1));
    }

    /** Makes the weight that torch gives a linear or convolution layer: kaimingUniform with a = sqrt 5. */
    static Tensor linearWeight(Shape shape) {
        return kaimingUniform_(empty(shape), StrictMath.sqrt(5));
    }

    /** Makes the bias that torch gives a linear or convolution layer: U(-1/sqrt(fanIn), 1/sqrt(fanIn)). */
    static Tensor linearBias(Shape shape, long fanIn) {
        double bound = 1 / StrictMath.sqrt(fanIn);
        return uniform_(empty(shape), -bound, bound);
    }

    static Tensor empty(Shape shape) {
        return Tensors.empty(shape.toArray());
    }

    /** Overwrites one row of a table with zeros. */
    static void zeroRow(Tensor table, long row) {
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("zero row")) {
            table.select(0, row).zero_();
        }
    }

    private static double kaimingDeviation(Shape shape, double a) {
        double gain = SQRT_2 / StrictMath.sqrt(1 + a * a);
        return gain / StrictMath.sqrt(fanIn(shape));
    }

    private static void checkFans(Shape weight) {
        if (weight.rank() < 2) {
            throw new IllegalArgumentException("init: fans need at least two axes, got " + weight);
        }
    }

    private static float[] newValues(Tensor tensor) {
        return new float[Math.toIntExact(tensor.numel())];
    }

    private static Tensor write(Tensor tensor, float[] values) {
        tensor.copyFrom(MemorySegment.ofArray(values));
        return tensor;
    }
}
