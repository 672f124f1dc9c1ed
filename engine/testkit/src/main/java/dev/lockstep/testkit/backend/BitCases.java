package dev.lockstep.testkit.backend;

import static dev.lockstep.testkit.backend.BitCase.Kind.BOOL;
import static dev.lockstep.testkit.backend.BitCase.Kind.EXTREME;
import static dev.lockstep.testkit.backend.BitCase.Kind.INDEX;
import static dev.lockstep.testkit.backend.BitCase.Kind.NORMAL;
import static dev.lockstep.testkit.backend.BitCase.Kind.POSITIVE;

import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.op.Update;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.BitCase.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The cases of the suites about bits. */
public final class BitCases {
    private static final Op BF16 = bf16(new Contraction.Matmul());

    /** Around the lengths of vectors, of the sixteen lanes and of a block of a sum. */
    private static final int[] LENGTHS = {1, 2, 3, 15, 16, 17, 31, 33, 100, 1000, 4097};

    private BitCases() {}

    /** {@return the cases whose bits are defined: every backend gives those of the scalar one} */
    public static List<BitCase> defined() {
        List<BitCase> cases = new ArrayList<>();
        for (int length : LENGTHS) {
            elementwise(length).forEach(cases::add);
            reductions(length).forEach(cases::add);
            updates(length).forEach(cases::add);
        }
        for (int length : new int[] {1, 3, 10, 17, 100, 768}) {
            rows(length).forEach(cases::add);
            cells(length).forEach(cases::add);
        }
        images().forEach(cases::add);
        pooling().forEach(cases::add);
        batchNorms().forEach(cases::add);
        broadcasts().forEach(cases::add);
        IntegerCases.all().forEach(cases::add);
        return List.copyOf(cases);
    }

    /** {@return the cases whose sums are free in their order, and agree within a tolerance} */
    public static List<BitCase> free() {
        Stream<BitCase> products = Stream.of(
                of("1x64x10", new Contraction.Matmul(), Operand.of(NORMAL, 1, 64), Operand.of(NORMAL, 64, 10)),
                of("33x17x65", new Contraction.Matmul(), Operand.of(NORMAL, 33, 17), Operand.of(NORMAL, 17, 65)),
                of("batched", new Contraction.Matmul(), Operand.of(NORMAL, 3, 9, 8), Operand.of(NORMAL, 3, 8, 7)),
                of("bias", new Contraction.Linear(false), Operand.of(NORMAL, 31, 100), Operand.of(NORMAL, 64, 100)),
                of("bf16 1x64x10", BF16, Operand.of(NORMAL, 1, 64), Operand.of(NORMAL, 64, 10)),
                of("bf16 33x17x65", BF16, Operand.of(NORMAL, 33, 17), Operand.of(NORMAL, 17, 65)),
                of("bf16 batched", BF16, Operand.of(NORMAL, 3, 9, 8), Operand.of(NORMAL, 3, 8, 7)));
        return Stream.of(
                        products,
                        convolutions(Shape.of(4, 6, 9, 9), Shape.of(8, 6, 3, 3)),
                        convolutions(Shape.of(2, 32, 6, 7), Shape.of(32, 32, 3, 3)),
                        roundedConvolutions(Shape.of(4, 6, 9, 9), Shape.of(8, 6, 3, 3)))
                .flatMap(cases -> cases)
                .toList();
    }

    private static Stream<BitCase> roundedConvolutions(Shape x, Shape w) {
        return convolutions(x, w).map(c -> new BitCase(c.name() + ", bf16", bf16(c.op()), c.operands()));
    }

    private static Stream<BitCase> convolutions(Shape x, Shape w) {
        var window = new Window(3, 3, 1, 1, 1, 1);
        Operand images = new Operand(Layout.channelsLast(x), NORMAL);
        Operand gradients = new Operand(Layout.channelsLast(x.with(1, w.size(0))), NORMAL);
        Operand weight = new Operand(Layout.contiguous(w), NORMAL);
        String detail = "3x3, " + x.size(1) + " channels";
        return Stream.of(
                of(detail, new Convolution.Conv2d(window, 1, false), images, weight),
                of(detail, new Convolution.Conv2dInputGrad(window, 1, x), gradients, weight),
                of(detail, new Convolution.Conv2dWeightGrad(window, 1, w), gradients, images));
    }

    /** {@return a smaller choice of both kinds, for suites that run each case many times} */
    public static List<BitCase> mixed() {
        return Stream.of(
                        elementwise(100),
                        reductions(1000),
                        updates(100),
                        rows(17),
                        cells(17),
                        images(),
                        free().stream(),
                        attention())
                .flatMap(cases -> cases)
                .toList();
    }

    /** Not among {@link #free}: a softmax of magnitudes is no scale for its rounding errors. */
    private static Stream<BitCase> attention() {
        Operand heads = Operand.of(NORMAL, 2, 2, 7, 16);
        Operand row = Operand.of(NORMAL, 2, 2, 7);
        Operand packed = Operand.of(NORMAL, 2, 70, 3, 2, 16);
        Operand mixed = Operand.of(NORMAL, 2, 70, 2, 16);
        Operand sums = Operand.of(NORMAL, 2, 2, 70);
        Operand mask = Operand.of(NORMAL, 1, 1, 70, 70);
        var dropout = new Sampling.Dropout(0.2, new RandomKey(3, 4));
        var masked = new Weighing(0.25, false, true, Optional.of(dropout));
        return Stream.of(
                of("causal", new Contraction.Attention(new Weighing(0.25, true)), heads, heads, heads),
                of("full", new Contraction.Attention(new Weighing(0.25, false)), heads, heads, heads),
                of(
                        "causal",
                        new Contraction.AttentionGrad(new Weighing(0.25, true)),
                        heads,
                        heads,
                        heads,
                        heads,
                        heads,
                        row),
                of("causal", new Contraction.SelfAttention(new Weighing(0.25, true)), packed),
                of("causal", new Contraction.SelfAttentionGrad(new Weighing(0.25, true)), mixed, packed, mixed, sums),
                of("masked", new Contraction.SelfAttention(masked), packed, mask),
                of("masked", new Contraction.SelfAttentionGrad(masked), mixed, packed, mixed, sums, mask),
                of("bf16", bf16(new Contraction.SelfAttention(new Weighing(0.25, true))), packed),
                of("bf16", bf16(new Contraction.SelfAttentionGrad(masked)), mixed, packed, mixed, sums, mask));
    }

    private static Op bf16(Op product) {
        return new Contraction.RoundedProduct(product, DType.BF16);
    }

    private static BitCase of(String detail, Op op, Operand... operands) {
        return new BitCase(op.label() + " " + detail, op, List.of(operands));
    }

    private static Stream<BitCase> elementwise(int n) {
        Operand x = Operand.of(EXTREME, n);
        Stream<BitCase> unary = Stream.of(UnaryKind.values())
                .filter(UnaryKind::takesFloats)
                .map(k -> of("" + n, new Elementwise.Unary(k), x));
        Stream<BitCase> binary = Stream.of(BinaryKind.values())
                .filter(kind -> !kind.isBitwise())
                .map(k -> of("" + n, new Elementwise.Binary(k), x, x));
        Stream<BitCase> number = Stream.of(BinaryKind.ADD, BinaryKind.MUL, BinaryKind.DIV, BinaryKind.MAXIMUM)
                .map(k -> of(n + " and 1.1", new Elementwise.BinaryScalar(k, 1.1, k == BinaryKind.DIV), x));
        Stream<BitCase> others = Stream.of(
                of("" + n, new Elementwise.Clamp(-0.3, 0.7), x),
                of("" + n, new Elementwise.Where(), Operand.of(BOOL, n), x, Operand.of(NORMAL, n)),
                of(n + " by 3", new Elementwise.Binary(BinaryKind.ADD), Operand.of(NORMAL, 3, n), x),
                of(n + " by 3", new Elementwise.Binary(BinaryKind.LT), Operand.of(NORMAL, 3, n), x),
                of(n + " by 1", new Elementwise.Binary(BinaryKind.GE), x, Operand.of(NORMAL, 1)),
                of(n + " strided", new Elementwise.Binary(BinaryKind.NE), strided(n), strided(n)),
                of(n + " and 1.1", new Elementwise.BinaryScalar(BinaryKind.GT, 1.1, false), x),
                of("1 and " + n, new Elementwise.BinaryScalar(BinaryKind.LE, 1, true), x),
                of("i64 " + n + " and 1", new Elementwise.BinaryScalar(BinaryKind.NE, 1, false), Operand.of(INDEX, n)),
                of("1 and i64 " + n, new Elementwise.BinaryScalar(BinaryKind.LT, 1, true), Operand.of(INDEX, n)),
                of("i64 2x" + n, new Elementwise.Binary(BinaryKind.EQ), Operand.of(INDEX, 2, n), Operand.of(INDEX, n)),
                of("i64 by 1 " + n, new Elementwise.Binary(BinaryKind.GE), Operand.of(INDEX, n), Operand.of(INDEX, 1)),
                of(n + " strided", new Elementwise.Unary(UnaryKind.TANH), strided(n)),
                of("bf16 " + n, new Elementwise.Cast(DType.BF16), x),
                of("i64 " + n, new Elementwise.Cast(DType.I64), Operand.of(NORMAL, n)),
                of("" + n, new Sampling.Uniform(Shape.of(n), DType.F32, new RandomKey(n, 1))),
                of("" + n, new Sampling.Normal(Shape.of(n), DType.F32, new RandomKey(n, 2))),
                of("" + n, new Sampling.Dropout(0.3, new RandomKey(n, 3)), x));
        return Stream.of(unary, binary, number, others).flatMap(cases -> cases);
    }

    private static Operand strided(int n) {
        return new Operand(Layout.of(Shape.of(2, n), new long[] {1, 3}, 2), NORMAL);
    }

    private static Stream<BitCase> reductions(int n) {
        List<BitCase> cases = new ArrayList<>();
        for (ReduceKind kind : ReduceKind.values()) {
            cases.add(of("all of " + n, reduce(kind, 0), Operand.of(NORMAL, n)));
            cases.add(of("rows of " + n, reduce(kind, 1), Operand.of(NORMAL, 3, n)));
            cases.add(of("columns of " + n, reduce(kind, 0), Operand.of(NORMAL, n, 3)));
            cases.add(of("extremes of " + n, reduce(kind, 0), Operand.of(EXTREME, n)));
        }
        cases.add(of(n + " strided", reduce(ReduceKind.SUM, 1), strided(n)));
        for (ReduceKind kind : List.of(ReduceKind.SUM, ReduceKind.AMAX)) {
            cases.add(of("outer and inner of " + n, reduce(kind, 0, 2), Operand.of(NORMAL, 2, 3, n)));
            cases.add(of("middle of 2x" + n + "x3", reduce(kind, 1), Operand.of(NORMAL, 2, n, 3)));
            cases.add(of("middle of 2x3x" + n, reduce(kind, 1), Operand.of(NORMAL, 2, 3, n)));
        }
        for (ReduceKind kind : List.of(ReduceKind.SUM, ReduceKind.ANY, ReduceKind.ALL)) {
            cases.add(of("bools, all of " + n, reduce(kind, 0), Operand.of(BOOL, n)));
            cases.add(of("bools, columns of " + n, reduce(kind, 0), Operand.of(BOOL, n, 3)));
            cases.add(of("indexes, rows of " + n, reduce(kind, 1), Operand.of(INDEX, 3, n)));
        }
        for (boolean largest : new boolean[] {true, false}) {
            cases.add(of("extremes of " + n, new Reduction.ArgReduce(largest, 0, false), Operand.of(EXTREME, n)));
            cases.add(of("rows of " + n, new Reduction.ArgReduce(largest, 1, true), Operand.of(NORMAL, 3, n)));
            cases.add(of("columns of " + n, new Reduction.ArgReduce(largest, 0, false), Operand.of(NORMAL, n, 3)));
            cases.add(of("indexes, rows of " + n, new Reduction.ArgReduce(largest, 1, false), Operand.of(INDEX, 3, n)));
        }
        return cases.stream();
    }

    private static Op reduce(ReduceKind kind, int... axes) {
        return new Reduction.Reduce(kind, Axes.of(axes), false);
    }

    private static Stream<BitCase> updates(int n) {
        Operand x = Operand.of(NORMAL, n);
        Operand v = Operand.of(POSITIVE, n);
        return Stream.of(
                of("" + n, new Update.AddInto(), x, x),
                of("" + n, new Update.ScaleInto(0.3), x),
                of("plain " + n, new Update.Sgd(0.1, 0, 0, 0, false, true), x, x),
                of("momentum " + n, new Update.Sgd(0.1, 0.9, 0.1, 0.01, false, false), x, x, x),
                of("nesterov " + n, new Update.Sgd(0.1, 0.9, 0, 0, true, false), x, x, x),
                of("first " + n, new Update.Sgd(0.1, 0.9, 0, 0.01, true, true), x, x, x),
                of("" + n, new Update.Adam(1e-3, 0.9, 0.999, 1e-8, 0, false, 3), x, x, x, v),
                of("L2 " + n, new Update.Adam(1e-3, 0.9, 0.999, 1e-8, 0.1, false, 3), x, x, x, v),
                of("decoupled " + n, new Update.Adam(1e-3, 0.9, 0.999, 1e-8, 0.1, true, 3), x, x, x, v));
    }

    /** Recurrent cells of 5 rows whose state has a length. */
    private static Stream<BitCase> cells(int n) {
        Operand state = Operand.of(NORMAL, 5, n);
        Operand gates = Operand.of(NORMAL, 5, 4L * n);
        Op forward = new Recurrence.LstmCell();
        Op backward = new Recurrence.LstmCellGrad();
        return Stream.of(
                of("" + n, forward, gates, gates, state),
                of("extremes " + n, forward, Operand.of(EXTREME, 5, 4L * n), gates, state),
                of("" + n, backward, state, state, state, gates, state, state),
                of("extremes " + n, backward, state, state, Operand.of(EXTREME, 5, n), gates, state, state));
    }

    /** Ops on 5 rows of a length. */
    private static Stream<BitCase> rows(int n) {
        Operand x = Operand.of(NORMAL, 5, n);
        Operand weight = Operand.of(NORMAL, n);
        Operand row = Operand.of(NORMAL, 5);
        Operand rstd = Operand.of(POSITIVE, 5);
        Operand target = new Operand(Layout.contiguous(Shape.of(5)), INDEX);
        Operand many = Operand.of(NORMAL, 40, n);
        Operand manyRow = Operand.of(POSITIVE, 40);
        Stream<BitCase> both = Stream.of(false, true)
                .flatMap(log -> Stream.of(
                        of("" + n, new Reduction.Softmax(1, log), x),
                        of("extremes " + n, new Reduction.Softmax(1, log), Operand.of(EXTREME, 5, n)),
                        of("down " + n, new Reduction.Softmax(0, log), x),
                        of("strided " + n, new Reduction.Softmax(1, log), strided(n)),
                        of(log + " " + n, new Reduction.SoftmaxGrad(1, log), x, x),
                        of(log + " down " + n, new Reduction.SoftmaxGrad(0, log), x, x)));
        Stream<BitCase> norms = Stream.of(
                of("" + n, new Normalization.LayerNorm(1, 1e-5), x, weight, weight),
                of("" + n, new Normalization.LayerNormGrad(1), x, x, weight, row, rstd),
                of("strided " + n, new Normalization.LayerNorm(1, 1e-5), strided(n), weight, weight),
                of("2 axes " + n, new Normalization.LayerNorm(2, 1e-5), x, x, x),
                of("40 rows " + n, new Normalization.LayerNormGrad(1), many, many, weight, manyRow, manyRow),
                of("" + n, new Normalization.BatchNorm(1e-5), x, weight, weight),
                of("" + n, new Normalization.BatchNormGrad(), x, x, weight, weight, Operand.of(POSITIVE, n)),
                of("" + n, new Indexing.EmbeddingGrad(3, -1), x, target));
        Stream<BitCase> losses = n < 3
                ? Stream.empty()
                : Stream.of(0.0, 0.1)
                        .flatMap(e -> Stream.of(
                                of(e + " " + n, new Loss.CrossEntropy(1, e), x, target),
                                of(
                                        e + " extremes " + n,
                                        new Loss.CrossEntropy(1, e),
                                        Operand.of(EXTREME, 5, n),
                                        target),
                                of(e + " " + n, new Loss.CrossEntropyGrad(1, e), row, x, target, row)));
        return Stream.of(both, norms, losses).flatMap(cases -> cases);
    }

    private static Stream<BitCase> images() {
        Shape shape = Shape.of(3, 5, 6, 7);
        Operand x = new Operand(Layout.channelsLast(shape), NORMAL);
        Operand weight = Operand.of(NORMAL, 5);
        var window = new Window(2, 2, 2, 2, 0, 0);
        return Stream.of(
                of("channels-last", reduce(ReduceKind.SUM, 0, 2, 3), x),
                of("channels-last", new Normalization.BatchNorm(1e-5), x, weight, weight),
                of("channels-last", new Normalization.BatchNormGrad(), x, x, weight, weight, Operand.of(POSITIVE, 5)),
                of("whole", new Elementwise.Normalize(), x, x, x, x, x),
                of("channels-last", new Elementwise.Unary(UnaryKind.RELU), x),
                of("channels-last", new Convolution.MaxPool2d(window), x),
                of("channels-last", new Convolution.AvgPool2d(window), x),
                of("channels-last", new Update.Sgd(0.1, 0.9, 0, 0.01, true, false), x, x, x),
                of("channels-last", new Sampling.Dropout(0.3, new RandomKey(1, 3)), x));
    }

    /** Windows apart, overlapping and padded, over fewer and more channels than a vector has lanes. */
    private static Stream<BitCase> pooling() {
        List<Window> windows =
                List.of(new Window(2, 2, 2, 2, 0, 0), new Window(3, 3, 2, 2, 1, 1), new Window(3, 2, 1, 3, 1, 0));
        return windows.stream()
                .flatMap(window -> Stream.of(1, 3, 16, 37).flatMap(channels -> pooling(window, channels)));
    }

    private static Stream<BitCase> pooling(Window window, int channels) {
        Shape shape = Shape.of(2, channels, 7, 8);
        Shape pooled = Shape.of(2, channels, window.outH(7), window.outW(8));
        String name = channels + " channels, " + window;
        Operand x = new Operand(Layout.channelsLast(shape), EXTREME);
        Operand g = new Operand(Layout.channelsLast(pooled), NORMAL);
        return Stream.of(
                of(name, new Convolution.MaxPool2d(window), x),
                of(name, new Convolution.AvgPool2d(window), x),
                of(name, new Convolution.AvgPool2dGrad(window, shape), g));
    }

    /** Few and many channels, fewer and more rows than a sum has lanes, more than a block of a sum. */
    private static Stream<BitCase> batchNorms() {
        return Stream.of(Shape.of(1, 5, 1, 3), Shape.of(3, 1, 7, 7), Shape.of(5, 70, 40, 41), Shape.of(2, 1100, 3, 5))
                .flatMap(shape -> {
                    Operand x = new Operand(Layout.channelsLast(shape), NORMAL);
                    Operand weight = Operand.of(NORMAL, shape.size(1));
                    Operand rstd = Operand.of(POSITIVE, shape.size(1));
                    Operand number = Operand.of(NORMAL, shape.size(1), 1, 1);
                    return Stream.of(
                            of("" + shape, new Normalization.BatchNorm(1e-5), x, weight, weight),
                            of("" + shape, new Normalization.BatchStatistics(1e-5), x),
                            of("" + shape, new Elementwise.Normalize(), x, number, number, number, number),
                            of("" + shape, new Normalization.BatchNormGrad(), x, x, weight, weight, rstd));
                });
    }

    /** Operands in every position and order against channels-last images. */
    private static Stream<BitCase> broadcasts() {
        Shape shape = Shape.of(3, 5, 6, 7);
        Operand x = new Operand(Layout.channelsLast(shape), NORMAL);
        Operand mask = Operand.of(BOOL, 6, 7);
        Stream<Operand> operands = Stream.of(
                Operand.of(NORMAL, 5, 1, 1),
                Operand.of(NORMAL, 3, 5, 1, 1),
                Operand.of(NORMAL, 6, 7),
                Operand.of(NORMAL, 3, 1, 6, 1),
                Operand.of(EXTREME),
                new Operand(Layout.contiguous(shape), NORMAL),
                new Operand(Layout.of(shape, new long[] {6, 1, 0, 0}, 1), NORMAL));
        return operands.flatMap(y -> Stream.of(
                of("image and " + y.layout(), new Elementwise.Binary(BinaryKind.SUB), x, y),
                of(y.layout() + " and image", new Elementwise.Binary(BinaryKind.RELU_GRAD), y, x),
                of("image or " + y.layout(), new Elementwise.Where(), mask, x, y),
                of(y.layout() + " or image", new Elementwise.Where(), mask, y, x)));
    }
}
