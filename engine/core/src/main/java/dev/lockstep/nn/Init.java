package dev.lockstep.nn;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.op.DoubleMath;
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

    /** Overwrites a matrix with ones on the diagonal and zeros elsewhere. */
    public static Tensor eye_(Tensor tensor) {
        if (tensor.rank() != 2) {
            throw new IllegalArgumentException("init: eye needs a matrix, got " + tensor.shape());
        }
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("eye")) {
            tensor.zero_();
            tensor.diagonal().fill_(1);
        }
        return tensor;
    }

    /**
     * Draws from N(mean, deviation^2), cut to [low, high], by the inverse of the distribution, as torch does.
     *
     * @param bounds low and high
     */
    public static Tensor truncNormal_(Tensor tensor, double mean, double deviation, double[] bounds) {
        double from = 2 * DoubleMath.normal((bounds[0] - mean) / deviation) - 1;
        double to = 2 * DoubleMath.normal((bounds[1] - mean) / deviation) - 1;
        uniform_(tensor, from, to);
        float[] values = tensor.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            double z = StrictMath.sqrt(2) * DoubleMath.inverseErf(values[i]);
            values[i] = (float) Math.clamp(z * deviation + mean, bounds[0], bounds[1]);
        }
        return write(tensor, values);
    }

    /**
     * Draws a matrix (all axes but the first merged) whose rows or columns, whichever are fewer, are orthonormal, times
     * {@code gain} (Saxe et al. 2014): the Q of a QR decomposition of normal numbers, with R's diagonal positive.
     */
    public static Tensor orthogonal_(Tensor tensor, double gain) {
        checkFans(tensor.shape());
        int rows = Math.toIntExact(tensor.size(0));
        int columns = Math.toIntExact(tensor.numel() / Math.max(1, rows));
        float[] drawn = new float[rows * columns];
        Generator.defaultGenerator().fillNormal(drawn);
        return write(tensor, Orthogonal.of(drawn, rows, columns, gain));
    }

    /**
     * {@return the factor by which a layer's weights are scaled for the activation that follows it} Known are linear,
     * conv and sigmoid (1), tanh (5/3), relu (sqrt 2), leaky_relu (slope 0.01) and selu (3/4).
     */
    public static double calculateGain(String activation) {
        return switch (activation) {
            case "linear", "conv1d", "conv2d", "conv3d", "sigmoid" -> 1;
            case "tanh" -> 5.0 / 3;
            case "relu" -> SQRT_2;
            case "leaky_relu" -> calculateGain(activation, 0.01);
            case "selu" -> 0.75;
            default -> throw new IllegalArgumentException("init: no gain is known for activation '" + activation + "'");
        };
    }

    /** {@return the factor for an activation with a parameter: {@code sqrt(2 / (1 + slope^2))} for leaky_relu} */
    public static double calculateGain(String activation, double slope) {
        return activation.equals("leaky_relu") ? StrictMath.sqrt(2 / (1 + slope * slope)) : calculateGain(activation);
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
