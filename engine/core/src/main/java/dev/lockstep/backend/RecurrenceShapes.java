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
        };
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
