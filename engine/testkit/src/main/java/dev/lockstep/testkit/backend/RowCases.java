package dev.lockstep.testkit.backend;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Ops on a batch of rows (or images) that do not see each other. */
final class RowCases {
    /** Makes one input of an op on some rows. */
    @FunctionalInterface
    private interface Input {
        /** Makes the input, given the rows' numbers. */
        Value of(Values values, Shape rows, double[] numbers);
    }

    /** The rows themselves; images are channels-last. */
    private static final Input ROWS = (values, rows, numbers) ->
            values.of(DType.F32, rows.rank() == 4 ? Layout.channelsLast(rows) : Layout.contiguous(rows), numbers);

    /** One number a row: the magnitude of its first. */
    private static final Input NUMBER = (values, rows, numbers) -> values.f32(
            Shape.of(rows.size(0)),
            firsts(rows, numbers).map(Math::abs).map(x -> (float) x).toArray());

    /** One class of three a row. */
    private static final Input CLASS = (values, rows, numbers) -> values.i64(
            firsts(rows, numbers).map(x -> Math.floor(Math.abs(x) * 100) % 3).toArray());

    /** The first quarter of each row. */
    private static final Input QUARTER = (values, rows, numbers) -> {
        int width = (int) rows.size(1) / 4;
        double[] quarters = IntStream.range(0, (int) rows.size(0) * width)
                .mapToDouble(i -> numbers[i / width * 4 * width + i % width])
                .toArray();
        return values.of(DType.F32, Layout.contiguous(rows.with(1, width)), quarters);
    };

    private static DoubleStream firsts(Shape rows, double[] numbers) {
        int count = (int) rows.size(0);
        return IntStream.range(0, count).mapToDouble(row -> numbers[row * (numbers.length / count)]);
    }

    /** The same numbers whatever the rows are. */
    private static Input shared(long... sizes) {
        return (values, _, _) -> values.normal(Shape.of(sizes), 20 + sizes.length);
    }

    /**
     * One op.
     *
     * @param name what a failing test prints
     * @param op the op
     * @param row the shape of one row
     * @param inputs how the op's inputs are made
     */
    record RowCase(String name, Op op, Shape row, List<Input> inputs) {
        int width() {
            return (int) row.elements();
        }

        /** Runs the op on some rows. */
        Value run(Values values, int rows, double[] numbers) {
            long[] sizes = new long[row.rank() + 1];
            System.arraycopy(row.toArray(), 0, sizes, 1, row.rank());
            sizes[0] = rows;
            Shape shape = Shape.of(sizes);
            Value[] made = inputs.stream()
                    .map(input -> input.of(values, shape, numbers))
                    .toArray(Value[]::new);
            return values.all(op, made)[0];
        }
    }

    private RowCases() {}

    static List<RowCase> all() {
        return Stream.of(products(), images(), cells(12), cells(100), rows(10), rows(70), rows(1000))
                .flatMap(cases -> cases)
                .toList();
    }

    private static Stream<RowCase> products() {
        return Stream.of(
                of("matmul 64x10", new Contraction.Matmul(), Shape.of(64), ROWS, shared(64, 10)),
                of("matmul 784x512", new Contraction.Matmul(), Shape.of(784), ROWS, shared(784, 512)),
                of(
                        "bf16 64x10",
                        new Contraction.RoundedProduct(new Contraction.Matmul(), DType.BF16),
                        Shape.of(64),
                        ROWS,
                        shared(64, 10)),
                of(
                        "bf16 784x512",
                        new Contraction.RoundedProduct(new Contraction.Matmul(), DType.BF16),
                        Shape.of(784),
                        ROWS,
                        shared(784, 512)),
                of(
                        "bf16 linear",
                        new Contraction.RoundedProduct(new Contraction.Linear(true), DType.BF16),
                        Shape.of(33),
                        ROWS,
                        shared(65, 33),
                        shared(65)),
                of(
                        "f16 784x512",
                        new Contraction.RoundedProduct(new Contraction.Matmul(), DType.F16),
                        Shape.of(784),
                        ROWS,
                        shared(784, 512)),
                of("linear 64 to 10", new Contraction.Linear(true), Shape.of(64), ROWS, shared(10, 64), shared(10)),
                of("linear 33 to 65", new Contraction.Linear(false), Shape.of(33), ROWS, shared(65, 33)));
    }

    private static Stream<RowCase> images() {
        var window = new Window(5, 5, 1, 1, 2, 2);
        var pooling = new Window(2, 2, 2, 2, 0, 0);
        var three = new Window(3, 3, 1, 1, 1, 1);
        var average = new Window(3, 3, 2, 2, 1, 1);
        Shape image = Shape.of(3, 9, 9);
        Shape wide = Shape.of(32, 5, 7);
        Shape tile = Shape.of(32, 4, 4);
        var biased = new Convolution.Conv2d(three, 1, true);
        return Stream.of(
                of("conv2d", new Convolution.Conv2d(window, 1, false), image, ROWS, shared(8, 3, 5, 5)),
                of("conv2d 3x3", new Convolution.Conv2d(three, 1, false), wide, ROWS, shared(32, 32, 3, 3)),
                of("conv2d 3x3, one tile", biased, tile, ROWS, shared(48, 32, 3, 3), shared(48)),
                of(
                        "bf16 conv2d 3x3",
                        new Contraction.RoundedProduct(new Convolution.Conv2d(three, 1, false), DType.BF16),
                        wide,
                        ROWS,
                        shared(32, 32, 3, 3)),
                of("maxPool2d", new Convolution.MaxPool2d(pooling), image, ROWS),
                of("avgPool2d", new Convolution.AvgPool2d(average), image, ROWS),
                of("sum of pixels", new Reduction.Reduce(ReduceKind.SUM, Axes.of(2, 3), false), image, ROWS),
                of("softmax of channels", new Reduction.Softmax(1, false), image, ROWS));
    }

    private static Stream<RowCase> cells(int n) {
        Shape gates = Shape.of(4L * n);
        Op forward = new Recurrence.LstmCell();
        Op backward = new Recurrence.LstmCellGrad();
        return Stream.of(
                of("lstmCell " + n, forward, gates, ROWS, ROWS, QUARTER),
                of("lstmCellGrad " + n, backward, gates, QUARTER, QUARTER, QUARTER, ROWS, QUARTER, QUARTER));
    }

    private static Stream<RowCase> rows(int n) {
        Shape row = Shape.of(n);
        Input vector = shared(n);
        return Stream.of(
                of("layerNorm " + n, new Normalization.LayerNorm(1, 1e-5), row, ROWS, vector, vector),
                of("layerNormGrad " + n, new Normalization.LayerNormGrad(1), row, ROWS, ROWS, vector, NUMBER, NUMBER),
                of("softmax " + n, new Reduction.Softmax(1, false), row, ROWS),
                of("logSoftmax " + n, new Reduction.Softmax(1, true), row, ROWS),
                of("softmaxGrad " + n, new Reduction.SoftmaxGrad(1, false), row, ROWS, ROWS),
                of("logSoftmaxGrad " + n, new Reduction.SoftmaxGrad(1, true), row, ROWS, ROWS),
                of("sum " + n, new Reduction.Reduce(ReduceKind.SUM, Axes.of(1), false), row, ROWS),
                of("amax " + n, new Reduction.Reduce(ReduceKind.AMAX, Axes.of(1), false), row, ROWS),
                of("argmax " + n, new Reduction.ArgReduce(true, 1, false), row, ROWS),
                of("crossEntropy " + n, new Loss.CrossEntropy(1, 0.1), row, ROWS, CLASS),
                of("crossEntropyGrad " + n, new Loss.CrossEntropyGrad(1, 0.1), row, NUMBER, ROWS, CLASS, NUMBER),
                of("gelu " + n, new Elementwise.Unary(UnaryKind.GELU), row, ROWS),
                of("add bias " + n, new Elementwise.Binary(BinaryKind.ADD), row, ROWS, vector));
    }

    private static RowCase of(String name, Op op, Shape row, Input... inputs) {
        return new RowCase(name, op, row, List.of(inputs));
    }
}
