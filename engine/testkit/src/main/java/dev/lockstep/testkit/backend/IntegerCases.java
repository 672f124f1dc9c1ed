package dev.lockstep.testkit.backend;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.BitCase.Kind;
import dev.lockstep.testkit.backend.BitCase.Operand;
import java.util.List;
import java.util.stream.Stream;

/** The cases of whole numbers: their arithmetic and comparisons, and elements that are found by index. */
final class IntegerCases {
    private IntegerCases() {}

    static Stream<BitCase> all() {
        return Stream.concat(
                Stream.of(1, 17, 1000).flatMap(IntegerCases::arithmetic),
                Stream.of(3, 10, 100).flatMap(IntegerCases::byIndex));
    }

    private static BitCase of(String detail, Op op, Operand... operands) {
        return new BitCase(op.label() + " " + detail, op, List.of(operands));
    }

    private static Stream<BitCase> arithmetic(int n) {
        return Stream.of(Kind.LONG, Kind.INT, Kind.SHORT, Kind.SIGNED_BYTE, Kind.BYTE, Kind.INDEX, Kind.BOOL)
                .flatMap(kind -> Stream.of(BinaryKind.values())
                        .filter(op -> isDefined(op, kind))
                        .flatMap(op -> binary(op, kind, n)));
    }

    /** {@return whether a kind of op takes a kind of numbers, which for divisors are not to be 0} */
    private static boolean isDefined(BinaryKind op, Kind kind) {
        return switch (op) {
            case RELU_GRAD, TANH_GRAD, SIGMOID_GRAD, GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD, ATAN2 -> false;
            case DIV, FMOD, REMAINDER, FLOOR_DIVIDE -> kind != Kind.INDEX && kind != Kind.BOOL;
            case ADD, MUL, MAXIMUM, MINIMUM, BITWISE_AND, BITWISE_OR, BITWISE_XOR -> true;
            case SUB, POW, SHIFT_LEFT, SHIFT_RIGHT -> kind != Kind.BOOL;
            case EQ, NE, LT, LE, GT, GE, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> true;
        };
    }

    private static Stream<BitCase> binary(BinaryKind op, Kind kind, int n) {
        String name = kind + " " + n;
        Operand x = Operand.of(kind, n);
        Operand strided = new Operand(Layout.of(Shape.of(2, n), new long[] {1, 3}, 2), kind);
        return Stream.of(
                of(name, new Elementwise.Binary(op), x, x),
                of(name + " by 1", new Elementwise.Binary(op), x, Operand.of(kind, 1)),
                of("1 by " + name, new Elementwise.Binary(op), Operand.of(kind), x),
                of(name + " by 2", new Elementwise.Binary(op), strided, x),
                of(name + " and 1", new Elementwise.BinaryScalar(op, 1, false), x),
                of("300 and " + name, new Elementwise.BinaryScalar(op, 300, kind != Kind.INDEX), x));
    }

    /** Elements of 4 rows of a length, or of columns of a length, by indexes from 0 to 2. */
    private static Stream<BitCase> byIndex(int n) {
        Shape rows = Shape.of(4, n);
        Shape columns = Shape.of(3, 2, n);
        Operand index = Operand.of(Kind.INDEX, 4, 7);
        Operand down = Operand.of(Kind.INDEX, 5, 2, n);
        Operand fewer = Operand.of(Kind.INDEX, 2, 7);
        return Stream.of(
                of("rows of " + n, new Indexing.Gather(1), Operand.of(Kind.NORMAL, 4, n), index),
                of("columns of " + n, new Indexing.Gather(0), Operand.of(Kind.LONG, 3, 2, n), down),
                of("rows of " + n, new Indexing.GatherGrad(rows, 1), Operand.of(Kind.NORMAL, 4, 7), index),
                of("columns of " + n, new Indexing.GatherGrad(columns, 0), Operand.of(Kind.EXTREME, 5, 2, n), down),
                of("fewer rows of " + n, new Indexing.GatherGrad(rows, 1), Operand.of(Kind.NORMAL, 2, 7), fewer),
                of("rows of longs", new Indexing.GatherGrad(rows, 1), Operand.of(Kind.LONG, 4, 7), index),
                of(
                        "rows of " + n,
                        new Indexing.Scatter(1),
                        Operand.of(Kind.NORMAL, 4, n),
                        index,
                        Operand.of(Kind.NORMAL, 4, 7)),
                of(
                        "bytes of " + n,
                        new Indexing.Scatter(1),
                        Operand.of(Kind.BYTE, 4, n),
                        index,
                        Operand.of(Kind.BYTE, 4, 7)),
                of(
                        "columns of " + n,
                        new Indexing.Scatter(0),
                        Operand.of(Kind.LONG, 3, 2, n),
                        down,
                        Operand.of(Kind.LONG, 5, 2, n)));
    }
}
