package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Creation.Arange;
import dev.lockstep.backend.op.Creation.Full;
import dev.lockstep.backend.op.Elementwise.Where;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction.Reduce;
import dev.lockstep.backend.op.Reduction.Scan;
import dev.lockstep.backend.op.ScanKind;
import dev.lockstep.backend.op.Shaping.Expand;
import dev.lockstep.backend.op.Shaping.Permute;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradients of products whose factors may be zero, by ops that have gradients themselves: each factor's is the
 * product of the others, so n factors take n^2 numbers.
 */
final class ProductGradients {
    private ProductGradients() {}

    /** The products of all elements over {@code axes} but one, of the shape of x. */
    static Value others(Derivation d, Value x, Axes axes) {
        Lines lines = new Lines(x.shape(), axes);
        Value products = d.run(new Reduce(ReduceKind.PROD, Axes.of(2), false), leftOut(d, lines.of(d, x)));
        return lines.back(d, products);
    }

    /** The gradient of the running product along an axis. */
    static Value running(Derivation d, Value x, int axis) {
        Lines lines = new Lines(x.shape(), Axes.of(axis));
        long n = lines.length();
        Value products = d.run(new Scan(ScanKind.PROD, 2, false), leftOut(d, lines.of(d, x))); // [R, i, j]
        Value g = d.reshape(lines.of(d, d.gradient()), Shape.of(lines.count(), 1, n));
        Value later = d.binary(BinaryKind.LE, numbers(d, n, 1), numbers(d, 1, n)); // i <= j
        return lines.back(d, d.sum(d.masked(later, d.mul(products, g)), Axes.of(2), false));
    }

    /** Of lines [R, n] to [R, n, n]: in row i of each the line with a one in place i. */
    private static Value leftOut(Derivation d, Value lines) {
        long n = lines.shape().size(1);
        Shape square = Shape.of(lines.shape().size(0), n, n);
        Value wide = d.run(new Expand(square), d.reshape(lines, square.with(1, 1)));
        Value diagonal = d.binary(BinaryKind.EQ, numbers(d, n, 1), numbers(d, 1, n));
        return d.run(new Where(), diagonal, d.run(new Full(Shape.of(), lines.dtype(), 1)), wide);
    }

    private static Value numbers(Derivation d, long rows, long columns) {
        return d.reshape(d.run(new Arange(rows * columns, DType.I64, 0, 1)), Shape.of(rows, columns));
    }

    /** How a tensor is seen as lines [R, n] along some of its axes. */
    private record Lines(Shape shape, Axes axes) {
        private List<Integer> order() {
            List<Integer> order = new ArrayList<>();
            for (boolean folded : new boolean[] {false, true}) {
                for (int axis = 0; axis < shape.rank(); axis++) {
                    if (axes.contains(axis) == folded) {
                        order.add(axis);
                    }
                }
            }
            return order;
        }

        long length() {
            long length = 1;
            for (int axis = 0; axis < shape.rank(); axis++) {
                length *= axes.contains(axis) ? shape.size(axis) : 1;
            }
            return length;
        }

        long count() {
            return shape.elements() / length();
        }

        Value of(Derivation d, Value x) {
            return d.reshape(d.run(new Permute(order()), x), Shape.of(count(), length()));
        }

        Value back(Derivation d, Value lines) {
            List<Integer> order = order();
            Shape permuted =
                    Shape.of(order.stream().mapToLong(axis -> shape.size(axis)).toArray());
            return d.run(ShapingGradients.inverse(new Permute(order)), d.reshape(lines, permuted));
        }
    }
}
