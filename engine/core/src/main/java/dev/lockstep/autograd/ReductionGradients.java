package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise.Cast;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Reduction.ArgReduce;
import dev.lockstep.backend.op.Reduction.ProductGrad;
import dev.lockstep.backend.op.Reduction.Reduce;
import dev.lockstep.backend.op.Reduction.Scan;
import dev.lockstep.backend.op.Reduction.ScanProductGrad;
import dev.lockstep.backend.op.Reduction.Softmax;
import dev.lockstep.backend.op.Reduction.SoftmaxGrad;
import dev.lockstep.backend.op.Reduction.Sort;
import dev.lockstep.backend.op.ScanKind;
import dev.lockstep.backend.op.Shaping.Expand;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.Shape;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The gradients of reductions: g, spread back over the axes that were folded. */
final class ReductionGradients {
    private ReductionGradients() {}

    static Rule rule(Reduction op) {
        return switch (op) {
            case Reduce reduce -> reduce(reduce);
            case ArgReduce index -> Rule.NONE;
            case Softmax softmax -> Rule.ofOutput(d -> softmax(d, softmax));
            case Scan scan -> scan(scan);
            case ScanProductGrad gradient -> Rule.unsupported();
            case ProductGrad gradient -> Rule.unsupported();
            case Sort sort -> new Rule(0, 2, 1, d -> new @Nullable Value[] {unsorted(d, sort.axis())});
            case SoftmaxGrad gradient -> Rule.unsupported();
        };
    }

    private static Rule reduce(Reduce op) {
        return switch (op.kind()) {
            case SUM -> Rule.linear(d -> spread(d, op, d.gradient()));
            case MEAN -> Rule.linear(d -> spread(d, op, d.scalar(BinaryKind.DIV, d.gradient(), folded(d, op))));
            case PROD -> new Rule(1, 1, 1, d -> new Value[] {product(d, op)});
            case AMAX, AMIN -> new Rule(1, 1, 1, d -> new Value[] {extreme(d, op)});
            case ANY, ALL -> Rule.NONE;
        };
    }

    /** Broadcasts a value of the result's shape to the shape of the input. */
    private static Value spread(Derivation d, Reduce op, Value value) {
        Shape shape = d.inputShape(0);
        Shape kept = kept(shape, op.axes());
        return d.run(new Expand(shape), d.reshape(value, kept));
    }

    private static Shape kept(Shape shape, Axes axes) {
        return Shape.of(LongStream.range(0, shape.rank())
                .map(axis -> axes.contains((int) axis) ? 1 : shape.size((int) axis))
                .toArray());
    }

    private static double folded(Derivation d, Reduce op) {
        Shape shape = d.inputShape(0);
        return (double) shape.elements() / Math.max(1, kept(shape, op.axes()).elements());
    }

    private static Rule scan(Scan op) {
        if (op.kind() == ScanKind.SUM) {
            return Rule.linear(d -> d.run(new Scan(ScanKind.SUM, op.axis(), !op.reverse()), d.gradient()));
        }
        return op.reverse() ? Rule.unsupported() : new Rule(1, 1, 1, d -> new Value[] {scanProduct(d, op)});
    }

    /** While recording {@code reversed cumsum(g y) / x}, which differentiates, if no x is zero. */
    private static Value scanProduct(Derivation d, Scan op) {
        if (!d.isRecording()) {
            return d.run(new ScanProductGrad(op.axis()), d.gradient(), d.input(0));
        }
        if (d.hasZero(d.input(0))) {
            return ProductGradients.running(d, d.input(0), op.axis());
        }
        Value sums = d.run(new Scan(ScanKind.SUM, op.axis(), true), d.mul(d.gradient(), d.output(0)));
        return d.div(sums, d.input(0));
    }

    private static Value unsorted(Derivation d, int axis) {
        return d.run(new Indexing.GatherGrad(d.inputShape(0), axis), d.gradient(), d.output(1));
    }

    /** While recording {@code g y / x}, which differentiates, if no x is zero. */
    private static Value product(Derivation d, Reduce op) {
        if (!d.isRecording()) {
            Value kept = d.reshape(d.gradient(), kept(d.inputShape(0), op.axes()));
            return d.run(new ProductGrad(op.axes()), kept, d.input(0));
        }
        if (d.hasZero(d.input(0))) {
            return d.mul(spread(d, op, d.gradient()), ProductGradients.others(d, d.input(0), op.axes()));
        }
        return d.div(spread(d, op, d.mul(d.gradient(), d.output(0))), d.input(0));
    }

    /** Equal extremes share the gradient in equal parts. */
    private static Value extreme(Derivation d, Reduce op) {
        Value isExtreme = d.binary(BinaryKind.EQ, d.input(0), spread(d, op, d.output(0)));
        Value marks = d.run(new Cast(d.inputType(0)), isExtreme);
        Value shares = d.div(marks, d.sum(marks, op.axes(), true));
        return d.mul(spread(d, op, d.gradient()), shares);
    }

    /** {@code y (g - sum(g y))}; of the logarithm {@code g - e^y sum(g)}. */
    private static Value softmax(Derivation d, Softmax op) {
        Value g = d.gradient();
        Value y = d.output(0);
        if (!d.isRecording()) {
            return d.run(new SoftmaxGrad(op.axis(), op.log()), y, g);
        }
        Axes axis = Axes.of(op.axis());
        if (op.log()) {
            return d.sub(g, d.mul(d.unary(UnaryKind.EXP, y), d.sum(g, axis, true)));
        }
        return d.mul(y, d.sub(g, d.sum(d.mul(g, y), axis, true)));
    }
}
