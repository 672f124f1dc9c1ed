package dev.lockstep.backend;

import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Shape rules of recurrent cells. */
final class RecurrenceShapes {
    private static final int GATES = 4;

    private RecurrenceShapes() {}

    static List<ValueSpec> outputs(Recurrence op, Inputs in) {
        return switch (op) {
            case Recurrence.LstmCell() -> {
                in.expect(3);
                in.expectFloating();
                ValueSpec state = state(in, 2, "the cell");
                ValueSpec gates = gates(in, state);
                in.expectShape(0, gates.shape(), "z");
                in.expectShape(1, gates.shape(), "x");
                yield List.of(state, state, gates, state);
            }
            case Recurrence.LstmCellGrad() -> {
                in.expect(6);
                in.expectFloating();
                ValueSpec state = state(in, 4, "the cell");
                ValueSpec gates = gates(in, state);
                in.expectShape(0, state.shape(), "the gradient of h");
                in.expectShape(1, state.shape(), "the gradient of h from the next step");
                in.expectShape(2, state.shape(), "the gradient of the cell");
                in.expectShape(3, gates.shape(), "the gates");
                in.expectShape(5, state.shape(), "the tanh of the cell");
                yield List.of(gates, state);
            }
            case Recurrence.LstmScan() -> scan(in);
            case Recurrence.LstmScanGrad() -> scanGrad(in);
        };
    }

    private static List<ValueSpec> scan(Inputs in) {
        in.expect(5);
        in.expectFloating();
        ValueSpec state = state(in, 2, "the first cell");
        long steps = steps(in, 0, "x");
        ValueSpec gates = over(steps, gates(in, state));
        in.expectShape(0, gates.shape(), "x");
        in.expectShape(1, state.shape(), "the first state");
        expectWeight(in, 3, state);
        in.expectShape(4, Shape.of(GATES * state.shape().size(1)), "the bias");
        return List.of(over(steps + 1, state), over(steps + 1, state), gates, over(steps, state));
    }

    private static List<ValueSpec> scanGrad(Inputs in) {
        in.expect(6);
        in.expectFloating();
        ValueSpec state = state(in, 1, "the gradient of the last cell");
        long steps = steps(in, 0, "the gradient of h");
        ValueSpec gates = over(steps, gates(in, state));
        in.expectShape(0, over(steps, state).shape(), "the gradient of h");
        expectWeight(in, 2, state);
        in.expectShape(3, gates.shape(), "the gates");
        in.expectShape(4, over(steps + 1, state).shape(), "the cells");
        in.expectShape(5, over(steps, state).shape(), "the tanh of the cells");
        return List.of(gates, state, state);
    }

    private static long steps(Inputs in, int input, String name) {
        in.expectRank(input, 3, name, "[T, N, ...]");
        long steps = in.shape(input).size(0);
        if (steps == 0) {
            throw in.refuse(name + " must have a step at least, got " + in.shape(input));
        }
        return steps;
    }

    private static void expectWeight(Inputs in, int input, ValueSpec state) {
        long size = state.shape().size(1);
        in.expectShape(input, Shape.of(GATES * size, size), "the weight");
    }

    private static ValueSpec over(long steps, ValueSpec one) {
        Shape shape = one.shape();
        return ValueSpec.contiguous(Shape.of(steps, shape.size(0), shape.size(1)), one.dtype());
    }

    private static ValueSpec state(Inputs in, int input, String name) {
        in.expectRank(input, 2, name, "[N, H]");
        return ValueSpec.contiguous(in.shape(input), in.dtype(input));
    }

    private static ValueSpec gates(Inputs in, ValueSpec state) {
        Shape shape = state.shape();
        return ValueSpec.contiguous(shape.with(1, GATES * shape.size(1)), in.dtype(0));
    }
}
