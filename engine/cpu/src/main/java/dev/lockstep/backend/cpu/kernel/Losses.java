package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.kernel.CrossEntropyKernels.Batch;
import dev.lockstep.backend.cpu.kernel.CrossEntropyKernels.Size;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Losses of f32 values. Thread-safe. */
public final class Losses {
    private final Backend backend;

    /** Makes the losses of a backend, which copies what kernels cannot read in place. */
    public Losses(Backend backend) {
        this.backend = backend;
    }

    /**
     * Executes an op, or returns null where its inputs are no f32 values or a target is out of range, which the scalar
     * backend refuses by name.
     */
    public Value @Nullable [] tryExecute(Loss op, Value... inputs) {
        for (Value input : inputs) {
            if (input.shape().elements() == 0) {
                return null;
            }
        }
        return switch (op) {
            case Loss.CrossEntropy loss -> forward(loss, inputs);
            case Loss.CrossEntropyGrad gradient -> backward(gradient, inputs);
        };
    }

    private Value @Nullable [] forward(Loss.CrossEntropy op, Value... inputs) {
        if (inputs.length != 2 || !Values.isFloat(inputs[0])) {
            return null;
        }
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        try (Value logits = Dense.contiguous(backend, inputs[0]);
                Value target = Dense.contiguous(backend, inputs[1])) {
            Size size = new Size(logits.shape().size(0), logits.shape().size(1));
            Targets targets = Targets.of(target, op.ignoreIndex());
            if (!targets.areBelow(size.classes(), size.rows())) {
                return null;
            }
            Shape rows = Shape.of(size.rows());
            Value losses = Values.allocate(backend.memory(), rows);
            Value lse = Values.allocate(backend.memory(), rows);
            Storage scratch = backend.memory().allocate(size.scratchCount() * Float.BYTES);
            CrossEntropyKernels.forward(new Batch(
                    logits.address(),
                    targets,
                    size,
                    op.labelSmoothing(),
                    lse.address(),
                    0,
                    losses.address(),
                    scratch.address()));
            scratch.release();
            return new Value[] {losses, lse};
        }
    }

    private Value @Nullable [] backward(Loss.CrossEntropyGrad op, Value... inputs) {
        if (inputs.length != 4 || !Values.isFloat(inputs[0])) {
            return null;
        }
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        try (Value g = Dense.contiguous(backend, inputs[0]);
                Value logits = Dense.contiguous(backend, inputs[1]);
                Value target = Dense.contiguous(backend, inputs[2]);
                Value lse = Dense.contiguous(backend, inputs[3])) {
            Size size = new Size(logits.shape().size(0), logits.shape().size(1));
            Targets targets = Targets.of(target, op.ignoreIndex());
            if (!targets.areBelow(size.classes(), size.rows())) {
                return null;
            }
            Value dx = Values.allocate(backend.memory(), logits.shape());
            CrossEntropyKernels.backward(new Batch(
                    logits.address(), targets, size, op.labelSmoothing(), lse.address(), g.address(), dx.address(), 0));
            return new Value[] {dx};
        }
    }
}
