package dev.lockstep.tensor;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.op.Creation.Arange;
import dev.lockstep.backend.op.Creation.Empty;
import dev.lockstep.backend.op.Creation.Full;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Indexing.Embedding;
import dev.lockstep.backend.op.Op;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Makes tensors and combines several, for {@code import static dev.lockstep.tensor.Tensors.*}. Real data is F32 unless
 * a dtype is named, whole data I64, as in torch. Tensors join the current {@link Scope}.
 */
public final class Tensors {
    private Tensors() {}

    /** Makes a 1-D F32 tensor of numbers. */
    public static Tensor tensor(double... numbers) {
        return of(numbers, numbers.length);
    }

    /** Makes a 1-D F32 tensor of numbers. */
    public static Tensor tensor(float... numbers) {
        return of(numbers, numbers.length);
    }

    /** Makes a 1-D I64 tensor of whole numbers. */
    public static Tensor tensor(long... numbers) {
        return of(numbers, numbers.length);
    }

    /** Makes a 1-D I64 tensor of whole numbers. */
    public static Tensor tensor(int... numbers) {
        return of(numbers, numbers.length);
    }

    /** Makes a 1-D BOOL tensor. */
    public static Tensor tensor(boolean... flags) {
        return of(flags, flags.length);
    }

    /** Makes a 2-D F32 tensor of rows of equal length. */
    public static Tensor tensor(float[][] rows) {
        return RandomOps.matrix(rows);
    }

    /** Makes an F32 tensor of the elements in C order. */
    public static Tensor of(float[] elements, long... sizes) {
        return Transfer.create(
                DType.F32, sizes, (memory, n) -> memory.copyFrom(MemorySegment.ofArray(elements)), elements.length);
    }

    /** Makes an F32 tensor of the elements in C order, rounded to float. */
    public static Tensor of(double[] elements, long... sizes) {
        return of(elements, DType.F32, sizes);
    }

    /** Makes a tensor of a dtype of the elements in C order. */
    public static Tensor of(double[] elements, DType dtype, long... sizes) {
        Tensor wide = Transfer.create(
                DType.F64, sizes, (memory, n) -> memory.copyFrom(MemorySegment.ofArray(elements)), elements.length);
        return RandomOps.converted(wide, dtype);
    }

    /** Makes an I64 tensor of the elements in C order. */
    public static Tensor of(long[] elements, long... sizes) {
        return Transfer.create(
                DType.I64, sizes, (memory, n) -> memory.copyFrom(MemorySegment.ofArray(elements)), elements.length);
    }

    /** Makes an I64 tensor of the elements in C order. */
    public static Tensor of(int[] elements, long... sizes) {
        return of(java.util.Arrays.stream(elements).asLongStream().toArray(), sizes);
    }

    /** Makes a U8 tensor of the elements in C order. */
    public static Tensor of(byte[] elements, long... sizes) {
        return Transfer.create(
                DType.U8, sizes, (memory, n) -> memory.copyFrom(MemorySegment.ofArray(elements)), elements.length);
    }

    /** Makes a BOOL tensor of the elements in C order. */
    public static Tensor of(boolean[] elements, long... sizes) {
        return Transfer.create(
                DType.BOOL,
                sizes,
                (memory, n) -> {
                    for (int i = 0; i < n; i++) {
                        memory.set(ValueLayout.JAVA_BYTE, i, (byte) (elements[i] ? 1 : 0));
                    }
                },
                elements.length);
    }

    /** Makes a tensor of elements in memory, in C order and native byte order, copied. */
    public static Tensor of(MemorySegment elements, DType dtype, long... sizes) {
        Tensor made = empty(dtype, sizes);
        made.copyFrom(elements);
        return made;
    }

    /** Makes a 0-dim tensor. */
    public static Tensor scalar(double number) {
        return full(number, DType.F32);
    }

    /** Makes an F32 tensor whose contents are whatever was in memory. */
    public static Tensor empty(long... sizes) {
        return empty(DType.F32, sizes);
    }

    /** Makes a tensor whose contents are whatever was in memory. */
    public static Tensor empty(DType dtype, long... sizes) {
        return Engine.create(Device.CPU, new Empty(Shape.of(sizes), dtype));
    }

    /** Makes an F32 tensor of zeros. */
    public static Tensor zeros(long... sizes) {
        return full(0, DType.F32, sizes);
    }

    /** Makes a tensor of zeros. */
    public static Tensor zeros(DType dtype, long... sizes) {
        return full(0, dtype, sizes);
    }

    /** Makes an F32 tensor of ones. */
    public static Tensor ones(long... sizes) {
        return full(1, DType.F32, sizes);
    }

    /** Makes a tensor of ones. */
    public static Tensor ones(DType dtype, long... sizes) {
        return full(1, dtype, sizes);
    }

    /** Makes a tensor of one number everywhere. */
    public static Tensor full(double number, DType dtype, long... sizes) {
        return Engine.create(Device.CPU, new Full(Shape.of(sizes), dtype, number));
    }

    /** Makes zeros of another tensor's shape, dtype and device. */
    public static Tensor zerosLike(Tensor x) {
        return fullLike(x, 0);
    }

    /** Makes ones of another tensor's shape, dtype and device. */
    public static Tensor onesLike(Tensor x) {
        return fullLike(x, 1);
    }

    /** Makes a tensor of one number, of another tensor's shape, dtype and device. */
    public static Tensor fullLike(Tensor x, double number) {
        return Engine.create(x.device(), new Full(x.shape(), x.dtype(), number));
    }

    /** Counts from 0 to {@code end} (exclusive), as I64. */
    public static Tensor arange(long end) {
        return arange(0, end, 1);
    }

    /** Counts from {@code start} to {@code end} (exclusive) by {@code step}, as I64. */
    public static Tensor arange(long start, long end, long step) {
        return RandomOps.arange(DType.I64, start, end, step);
    }

    /** Counts from {@code start} to {@code end} (exclusive) by {@code step}, as F32. */
    public static Tensor arange(double start, double end, double step) {
        return RandomOps.arange(DType.F32, start, end, step);
    }

    /** Makes {@code count} F32 numbers, evenly spaced from {@code start} to {@code end} inclusive. */
    public static Tensor linspace(double start, double end, long count) {
        double step = count > 1 ? (end - start) / (count - 1) : 0;
        return Engine.create(Device.CPU, new Arange(count, DType.F32, start, step));
    }

    /** Makes the F32 identity matrix [n, n]. */
    public static Tensor eye(long n) {
        Tensor index = arange(n);
        return index.unsqueeze(1).eq(index.unsqueeze(0)).to(DType.F32);
    }

    /** Draws uniform numbers from [0, 1): counter-based inside of a step, else from the default generator. */
    public static Tensor rand(long... sizes) {
        return RandomOps.rand(sizes);
    }

    /** Draws uniform numbers from [0, 1) out of a generator. */
    public static Tensor rand(Generator generator, long... sizes) {
        return RandomOps.rand(generator, sizes);
    }

    /** Draws standard normal numbers: counter-based inside of a step, else from the default generator. */
    public static Tensor randn(long... sizes) {
        return RandomOps.randn(sizes);
    }

    /** Draws standard normal numbers out of a generator. */
    public static Tensor randn(Generator generator, long... sizes) {
        return RandomOps.randn(generator, sizes);
    }

    /** Draws whole numbers (I64) from [0, high) out of the default generator. */
    public static Tensor randint(long high, long... sizes) {
        return randint(Generator.defaultGenerator(), 0, high, sizes);
    }

    /** Draws whole numbers (I64) from [low, high) out of a generator. */
    public static Tensor randint(Generator generator, long low, long high, long... sizes) {
        return RandomOps.randint(generator, low, high, sizes);
    }

    /** Draws a random order of 0 to n - 1 (I64) out of the default generator. */
    public static Tensor randperm(int n) {
        return of(Generator.defaultGenerator().permutation(n), n);
    }

    /** Starts the default generator's stream of a seed. */
    public static void manualSeed(long seed) {
        Generator.defaultGenerator().manualSeed(seed);
    }

    /** Joins tensors along an existing axis. */
    public static Tensor cat(int axis, Tensor... parts) {
        return ShapingOps.concat(axis, parts);
    }

    /** Joins tensors along an existing axis. */
    public static Tensor cat(List<Tensor> parts, int axis) {
        return ShapingOps.concat(axis, parts.toArray(Tensor[]::new));
    }

    /** Joins tensors of one shape along a new axis. */
    public static Tensor stack(int axis, Tensor... parts) {
        return ShapingOps.stack(axis, parts);
    }

    /** Joins tensors of one shape along a new axis. */
    public static Tensor stack(List<Tensor> parts, int axis) {
        return ShapingOps.stack(axis, parts.toArray(Tensor[]::new));
    }

    /** Chooses element by element: {@code condition ? a : b}; all three broadcast. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return ElementwiseOps.where(condition, a, b);
    }

    /** Looks rows up: (index of any shape, weight [V, D]) to [index shape..., D]. */
    public static Tensor embedding(Tensor index, Tensor weight) {
        return Engine.run(new Embedding(), weight, index);
    }

    /** Marks classes: index of any shape to I64 [index shape..., classes], 1 at the index and 0 elsewhere. */
    public static Tensor oneHot(Tensor index, long classes) {
        return index.unsqueeze(-1).eq(arange(classes)).to(DType.I64);
    }

    /** Averages the cross-entropy of logits [N, C, ...] against class indexes [N, ...]; the target -100 is left out. */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        return LossOps.crossEntropy(logits, target, CrossEntropyOptions.DEFAULT);
    }

    /** Gives the cross-entropy with options: {@code crossEntropy(x, y, o -> o.labelSmoothing(0.1))}. */
    public static Tensor crossEntropy(Tensor logits, Tensor target, UnaryOperator<CrossEntropyOptions> options) {
        return LossOps.crossEntropy(logits, target, options.apply(CrossEntropyOptions.DEFAULT));
    }

    /** Averages the negative log-probability [N, C] of class indexes [N]. */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor target) {
        return LossOps.nll(logProbabilities, target, CrossEntropyOptions.DEFAULT);
    }

    /** Averages the squared differences. */
    public static Tensor mseLoss(Tensor prediction, Tensor target) {
        return prediction.sub(target).square().mean();
    }

    /** Averages the absolute differences. */
    public static Tensor l1Loss(Tensor prediction, Tensor target) {
        return prediction.sub(target).abs().mean();
    }

    /** Averages the binary cross-entropy of logits against probabilities. */
    public static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor target) {
        return LossOps.binaryCrossEntropyWithLogits(logits, target, BinaryCrossEntropyOptions.DEFAULT);
    }

    /**
     * Attends: {@code softmax(Q K^T / sqrt(d)) V} over the last two axes; {@code causal} hides keys after their query.
     */
    public static Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value, boolean causal) {
        return AttentionOps.attention(query, key, value, AttentionOptions.DEFAULT.causal(causal));
    }

    /**
     * Attends from each place of a query to places of a key: {@code softmax(scale Q K^T + mask) V}, as torch's function
     * of this name. One op, which keeps no weights for backward; a chain of ops where the mask wants a gradient or is
     * of another dtype than the query. A query that sees no key at all gives zeros, as in PyTorch since 2.5.
     *
     * @param query [..., T, D]
     * @param key [..., S, D]
     * @param value [..., S, D]
     * @return [..., T, D]
     * @throws IllegalArgumentException if the shapes do not fit, or a causal attention has a mask
     */
    public static Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value, AttentionOptions options) {
        return AttentionOps.attention(query, key, value, options);
    }

    /** Multiplies and sums by Einstein's notation: {@code einsum("bij,bjk->bik", a, b)}, with {@code ...} if wanted. */
    public static Tensor einsum(String equation, Tensor... operands) {
        return Einsum.of(equation, operands);
    }

    /** Gives {@code y_k = x1 W_k x2}: x1 [..., in1], x2 [..., in2], weight [out, in1, in2] to [..., out]. */
    public static Tensor bilinear(Tensor x1, Tensor x2, Tensor weight) {
        return ProductOps.bilinear(x1, x2, weight);
    }

    /** Spreads vectors over a grid, the first along the first axis (torch's indexing 'ij'); views. */
    public static List<Tensor> meshgrid(Tensor... vectors) {
        return CreationOps.meshgrid(vectors);
    }

    /** Draws 0 or 1 with the probabilities of an F32 tensor, element by element, from the default generator. */
    public static Tensor bernoulli(Tensor probabilities) {
        return CreationOps.bernoulli(probabilities);
    }

    /** Draws from N(mean, deviation^2), in F32. */
    public static Tensor normal(double mean, double deviation, long... sizes) {
        return randn(sizes).mul(deviation).add(mean);
    }

    /**
     * Draws indexes of the last axis with probabilities in proportion to weights [..., C]: I64 [..., count].
     *
     * @param replacement whether an index may come twice
     */
    public static Tensor multinomial(Tensor weights, int count, boolean replacement) {
        return CreationOps.multinomial(weights, count, replacement);
    }

    /** Makes an F32 tensor of normal numbers of another tensor's shape. */
    public static Tensor randnLike(Tensor x) {
        return randn(x.shape().toArray());
    }

    /** Makes an F32 tensor of numbers uniform in [0, 1) of another tensor's shape. */
    public static Tensor randLike(Tensor x) {
        return rand(x.shape().toArray());
    }

    /** Makes a tensor like another, whose contents are whatever was in memory. */
    public static Tensor emptyLike(Tensor x) {
        return empty(x.dtype(), x.shape().toArray());
    }

    /**
     * Attends from each place of a sequence to places of the same sequence, as
     * {@link #scaledDotProductAttention(Tensor, Tensor, Tensor, AttentionOptions)} does with query, key and value taken
     * from one packed projection. Nothing is copied to take them apart, forward or backward, where that is one op.
     *
     * @param qkv [..., T, 3, H, D]: query, key and value of H heads side by side
     * @return [..., T, H, D], whose last two axes flatten to the heads' outputs side by side
     * @throws IllegalArgumentException if the shape does not fit, or a causal attention has a mask
     */
    public static Tensor selfAttention(Tensor qkv, AttentionOptions options) {
        return AttentionOps.selfAttention(qkv, options);
    }

    /** Runs any op, such as a {@link CustomOp} of one's own, and gives its outputs. */
    public static List<Tensor> execute(Op op, Tensor... inputs) {
        return List.of(Engine.runAll(op, inputs));
    }

    /** Stops recording until the result is closed: {@code try (var mode = noGrad()) { ... }}. */
    public static GradMode.Restore noGrad() {
        return GradMode.noGrad();
    }

    /** Runs a block without recording. */
    public static <T> T noGrad(Supplier<T> block) {
        try (var _ = GradMode.noGrad()) {
            return block.get();
        }
    }

    /** Runs a block without recording. */
    public static void noGrad(Runnable block) {
        try (var _ = GradMode.noGrad()) {
            block.run();
        }
    }
}
