package dev.lockstep.testkit.backend;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Ops whose first input is a batch of rows (or images) that do not see each other. */
final class RowCases {
    /**
     * One op.
     *
     * @param name what a failing test prints
     * @param op the op
     * @param row the shape of one row of the first input
     * @param others the shapes of the other inputs
     */
    record RowCase(String name, Op op, Shape row, List<Shape> others) {
        int width() {
            return (int) row.elements();
        }

        /** Runs the op on some rows; images are channels-last. */
        Value run(Values values, int rows, double[] numbers) {
            long[] sizes = new long[row.rank() + 1];
            System.arraycopy(row.toArray(), 0, sizes, 1, row.rank());
            sizes[0] = rows;
            Shape shape = Shape.of(sizes);
            Layout layout = shape.rank() == 4 ? Layout.channelsLast(shape) : Layout.contiguous(shape);
            Value[] inputs = new Value[others.size() + 1];
            inputs[0] = values.of(DType.F32, layout, numbers);
            for (int i = 0; i < others.size(); i++) {
                inputs[i + 1] = values.normal(others.get(i), 20 + i);
            }
            return values.all(op, inputs)[0];
        }
    }

    private RowCases() {}

    static List<RowCase> all() {
        var window = new Window(5, 5, 1, 1, 2, 2);
        Shape image = Shape.of(3, 9, 9);
        var three = new Window(3, 3, 1, 1, 1, 1);
        Shape wide = Shape.of(32, 5, 7);
        Shape tile = Shape.of(32, 4, 4);
        return List.of(
                of("matmul 64x10", new Contraction.Matmul(), Shape.of(64), Shape.of(64, 10)),
                of("matmul 784x512", new Contraction.Matmul(), Shape.of(784), Shape.of(784, 512)),
                of("linear 64 to 10", new Contraction.Linear(true), Shape.of(64), Shape.of(10, 64), Shape.of(10)),
                of("linear 33 to 65", new Contraction.Linear(false), Shape.of(33), Shape.of(65, 33)),
                of("conv2d", new Convolution.Conv2d(window, 1, false), image, Shape.of(8, 3, 5, 5)),
                of("conv2d 3x3", new Convolution.Conv2d(three, 1, false), wide, Shape.of(32, 32, 3, 3)),
                of(
                        "conv2d 3x3, one tile",
                        new Convolution.Conv2d(three, 1, true),
                        tile,
                        Shape.of(48, 32, 3, 3),
                        Shape.of(48)),
                of("maxPool2d", new Convolution.MaxPool2d(new Window(2, 2, 2, 2, 0, 0)), image),
                of("avgPool2d", new Convolution.AvgPool2d(new Window(3, 3, 2, 2, 1, 1)), image),
                of("layerNorm", new Normalization.LayerNorm(1, 1e-5), Shape.of(70), Shape.of(70), Shape.of(70)),
                of("softmax", new Reduction.Softmax(1, false), Shape.of(10)),
                of("logSoftmax", new Reduction.Softmax(1, true), Shape.of(100)),
                of("gelu", new Elementwise.Unary(UnaryKind.GELU), Shape.of(7)),
                of("add bias", new Elementwise.Binary(BinaryKind.ADD), Shape.of(13), Shape.of(13)));
    }

    private static RowCase of(String name, Op op, Shape row, Shape... others) {
        return new RowCase(name, op, row, List.of(others));
    }
}
