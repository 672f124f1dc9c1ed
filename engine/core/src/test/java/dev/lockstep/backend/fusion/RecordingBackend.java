package dev.lockstep.backend.fusion;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import java.util.ArrayList;
import java.util.List;

/** The scalar backend with a list of what it was asked to do. */
final class RecordingBackend implements Backend {
    private final ScalarBackend scalar = new ScalarBackend();
    final List<Op> ops = new ArrayList<>();

    @Override
    public Device device() {
        return scalar.device();
    }

    @Override
    public MemoryPool memory() {
        return scalar.memory();
    }

    @Override
    public boolean supports(Op op) {
        return true;
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        ops.add(op);
        return scalar.execute(op, inputs);
    }

    @Override
    public String numericsFingerprint() {
        return "recording";
    }
}
