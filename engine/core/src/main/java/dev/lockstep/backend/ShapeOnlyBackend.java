package dev.lockstep.backend;

import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.Update;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;

/**
 * Checks and allocates, but computes nothing: outputs have the right shapes and dtypes and arbitrary contents. For
 * tests of shapes, graphs and memory plans. Thread-safe.
 */
public final class ShapeOnlyBackend implements Backend {
    private final MemoryPool memory;

    /** Makes a backend that allocates from a pool. */
    public ShapeOnlyBackend(MemoryPool memory) {
        this.memory = memory;
    }

    @Override
    public Device device() {
        return memory.device();
    }

    @Override
    public MemoryPool memory() {
        return memory;
    }

    @Override
    public boolean supports(Op op) {
        return true;
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        if (op instanceof CustomOp custom) {
            return custom.forward(this, inputs);
        }
        var specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        if (op instanceof Shaping.View view && ShapeRules.sharesMemory(view, inputs[0].layout())) {
            return new Value[] {inputs[0].view(specs.get(0).layout())};
        }
        if (op instanceof Update) {
            inputs[0].storage().bumpVersion();
        }
        return specs.stream().map(spec -> spec.allocate(memory)).toArray(Value[]::new);
    }

    @Override
    public String numericsFingerprint() {
        return "shape-only";
    }
}
