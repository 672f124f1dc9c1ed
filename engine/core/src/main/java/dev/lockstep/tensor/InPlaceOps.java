package dev.lockstep.tensor;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Update.AddInto;
import dev.lockstep.backend.op.Update.CopyInto;
import dev.lockstep.backend.op.Update.ScaleInto;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Writes into tensors. While an operand is recorded, the op runs on a recorded copy of the target, its result is
 * written back, and the target takes over the result's history; so do its base and the other views of that, see Note
 * [Writes through views] in ViewHistory. What was saved for backward and shares the memory is found out by its version.
 */
final class InPlaceOps {
    private InPlaceOps() {}

    static Tensor binary(BinaryKind kind, Tensor target, Tensor other) {
        String name = name(kind);
        check(name, target);
        boolean sameKind = target.dtype() == other.dtype() && target.shape().equals(other.shape());
        if (kind == BinaryKind.ADD && sameKind && target.dtype().isFloating() && !records(target, other)) {
            Engine.update(new AddInto(), target, other);
            return target;
        }
        return write(
                name,
                target,
                records(target, other),
                old -> kind == BinaryKind.DIV
                        ? ElementwiseOps.div(old, other)
                        : ElementwiseOps.binary(kind, old, other));
    }

    static Tensor scalar(BinaryKind kind, Tensor target, double number) {
        String name = name(kind);
        check(name, target);
        if (kind == BinaryKind.MUL && target.dtype().isFloating() && !target.isRecorded()) {
            Engine.update(new ScaleInto(number), target);
            return target;
        }
        boolean whole = number == Math.rint(number);
        return write(
                name,
                target,
                target.isRecorded(),
                old -> whole
                        ? ElementwiseOps.scalar(kind, old, (long) number)
                        : ElementwiseOps.scalar(kind, old, number));
    }

    static Tensor copy(Tensor target, Tensor source) {
        check("copy_", target);
        boolean records = records(target, source);
        return write("copy_", target, records, old -> {
            Tensor fitting = source.to(target.dtype());
            return records ? fitting.expandAs(target).clone() : fitting;
        });
    }

    static Tensor fill(Tensor target, double number) {
        check("fill_", target);
        return write("fill_", target, target.isRecorded(), old -> Tensors.full(number, target.dtype()));
    }

    /** Overwrites with what a function makes of the old elements, of the target's shape. */
    static Tensor replace(String name, Tensor target, Tensor source, UnaryOperator<Tensor> compute) {
        check(name, target);
        return write(name, target, records(target, source), compute);
    }

    private static boolean records(Tensor target, Tensor other) {
        return target.isRecorded() || other.isRecorded();
    }

    private static Tensor write(String name, Tensor target, boolean records, UnaryOperator<Tensor> compute) {
        if (records) {
            target.checkRecordable(name);
        }
        try (var _ = Scope.open(name)) {
            Tensor result = compute.apply(records ? target.clone() : target);
            checkResult(name, target, result.dtype(), result);
            Tensor fitting = result.to(target.dtype());
            Engine.update(new CopyInto(), target, fitting);
            if (records) {
                target.takeHistory(fitting.shape().equals(target.shape()) ? fitting : fitting.expandAs(target));
            }
        }
        return target;
    }

    private static void checkResult(String name, Tensor target, DType dtype, Tensor result) {
        if (dtype.category().compareTo(target.dtype().category()) > 0) {
            throw Engine.wrong(name + ": result " + dtype + " does not fit into " + target.dtype() + target.shape());
        }
        if (result.rank() > 0 && !result.shape().equals(target.shape())) {
            Layout expanded = result.layout().expand(target.shape());
            assert expanded.shape().equals(target.shape());
        }
    }

    private static void check(String name, Tensor target) {
        if (GradMode.isEnabled() && target.isLeaf() && target.requiresGrad()) {
            throw new IllegalStateException(name + ": a leaf that requires a gradient is written only inside noGrad: "
                    + target.dtype() + target.shape());
        }
        if (target.layout().isExpanded()) {
            throw new IllegalStateException(
                    name + ": elements of an expanded tensor share memory: " + target.layout() + "; clone it first");
        }
    }

    private static String name(BinaryKind kind) {
        return kind.name().toLowerCase(Locale.ROOT) + "_";
    }
}
