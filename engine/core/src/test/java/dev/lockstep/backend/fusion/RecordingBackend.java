package dev.lockstep.backend.fusion;

import dev.lockstep.backend.BackendDecorator;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.scalar.ScalarBackend;
import java.util.ArrayList;
import java.util.List;

/** The scalar backend with a list of what it was asked to do. */
final class RecordingBackend extends BackendDecorator {
    final List<Op> ops = new ArrayList<>();

    RecordingBackend() {
        super(new ScalarBackend());
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        ops.add(op);
        return below().execute(op, inputs);
    }
}
