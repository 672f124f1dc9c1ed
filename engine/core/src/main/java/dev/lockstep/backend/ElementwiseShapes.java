package dev.lockstep.backend;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Shape rules of element-wise ops. */
final class ElementwiseShapes {
    private ElementwiseShapes() {}

    static List<ValueSpec> outputs(Elementwise op, Inputs in) {
        return switch (op) {
            case Elementwise.Unary(UnaryKind kind) -> unary(kind, in);
            case Elementwise.Binary(BinaryKind kind) -> binary(kind, in);
            case Elementwise.BinaryScalar scalar -> binaryScalar(scalar, in);
            case Elementwise.Clamp clamp -> clamp(clamp, in);
            case Elementwise.Where() -> where(in);
            case Elementwise.Normalize() -> normalize(in);
            case Elementwise.Cast(DType dtype) -> {
                in.expect(1);
                yield in.like(in.shape(0), dtype);
            }
            case Elementwise.Copy(Elementwise.Copy.Order order) -> copy(order, in);
        };
    }

    private static List<ValueSpec> unary(UnaryKind kind, Inputs in) {
        in.expect(1);
        DType dtype = in.dtype(0);
        boolean taken = switch (dtype.category()) {
            case FLOATING -> kind.takesFloats();
            case INTEGRAL -> kind.takesIntegers();
            case BOOLEAN -> kind.isPredicate();
        };
        if (!taken) {
            throw in.refuse("does not take " + dtype + "; cast it first");
        }
        return in.like(in.shape(0), kind.isPredicate() ? DType.BOOL : dtype);
    }

    private static List<ValueSpec> binary(BinaryKind kind, Inputs in) {
        in.expect(2);
        in.expectSameDtype();
        checkTaken(kind, in);
        Shape shape = in.broadcast(in.shape(0), in.shape(1));
        return in.like(shape, kind.isPredicate() ? DType.BOOL : in.dtype(0));
    }

    private static List<ValueSpec> binaryScalar(Elementwise.BinaryScalar op, Inputs in) {
        in.expect(1);
        checkTaken(op.kind(), in);
        if (!in.dtype(0).isFloating() && op.scalar() != Math.rint(op.scalar())) {
            throw in.refuse("the number " + op.scalar() + " does not fit " + in.dtype(0) + "; cast the tensor first");
        }
        return in.like(in.shape(0), op.kind().isPredicate() ? DType.BOOL : in.dtype(0));
    }

    private static void checkTaken(BinaryKind kind, Inputs in) {
        boolean taken = switch (in.dtype(0).category()) {
            case FLOATING -> !kind.isBitwise();
            case INTEGRAL -> !kind.isGradient() && kind != BinaryKind.ATAN2;
            case BOOLEAN -> kind.isPredicate() || takesBooleans(kind);
        };
        if (!taken) {
            throw in.refuse("does not take " + in.dtype(0) + "; cast it first");
        }
    }

    /** Those that stay within 0 and 1, with + as "or". */
    private static boolean takesBooleans(BinaryKind kind) {
        return kind == BinaryKind.ADD
                || kind == BinaryKind.MUL
                || kind == BinaryKind.MAXIMUM
                || kind == BinaryKind.MINIMUM
                || kind == BinaryKind.BITWISE_AND
                || kind == BinaryKind.BITWISE_OR
                || kind == BinaryKind.BITWISE_XOR;
    }

    private static List<ValueSpec> clamp(Elementwise.Clamp op, Inputs in) {
        in.expect(1);
        if (in.dtype(0) == DType.BOOL || !(op.min() <= op.max())) {
            throw in.refuse("cannot limit " + in.dtype(0) + " to [" + op.min() + ", " + op.max() + "]");
        }
        return in.like(in.shape(0), in.dtype(0));
    }

    private static List<ValueSpec> where(Inputs in) {
        in.expect(3);
        if (in.dtype(0) != DType.BOOL) {
            throw in.refuse("the condition must be BOOL, got " + in.dtype(0));
        }
        in.expectSameDtype(in.dtype(1), in.dtype(2));
        Shape shape = in.broadcast(in.shape(0), in.broadcast(in.shape(1), in.shape(2)));
        return in.like(shape, in.dtype(1));
    }

    private static List<ValueSpec> normalize(Inputs in) {
        in.expect(5);
        in.expectFloating();
        for (int i = 1; i < 5; i++) {
            in.expectShape(0, in.broadcast(in.shape(0), in.shape(i)), "x");
        }
        return in.like(in.shape(0), in.dtype(0));
    }

    private static List<ValueSpec> copy(Elementwise.Copy.Order order, Inputs in) {
        in.expect(1);
        return switch (order) {
            case CONTIGUOUS -> Inputs.contiguous(in.shape(0), in.dtype(0));
            case CHANNELS_LAST -> {
                in.expectRank(0, 4, "an image batch", "[N, C, H, W]");
                yield List.of(new ValueSpec(Layout.channelsLast(in.shape(0)), in.dtype(0)));
            }
        };
    }
}
