package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.kernel.SoftmaxKernels.Batch;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Layout;
import org.jspecify.annotations.Nullable;

/** Softmax and its gradient along one axis of f32 values: rows in place, other axes by a permuted copy. */
final class Softmaxes {
    private final Backend backend;

    Softmaxes(Backend backend) {
        this.backend = backend;
    }

    /** Computes x to y, or returns null where x is no f32 value. */
    Value @Nullable [] forward(Reduction.Softmax op, Value... inputs) {
        if (inputs.length != 1 || !Values.isFloat(inputs[0])) {
            return null;
        }
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        int axis = inputs[0].shape().axis(op.axis());
        long length = inputs[0].shape().size(axis);
        long rows = inputs[0].shape().elements() / length;
        try (Value x = rows(inputs[0], axis)) {
            Value y = Values.allocate(backend.memory(), moveBack(x.layout(), axis));
            Storage scratch = backend.memory().allocate(SoftmaxKernels.scratchCount(length) * Float.BYTES);
            SoftmaxKernels.forward(op.log(), new Batch(x.address(), 0, y.address(), rows, length, scratch.address()));
            scratch.release();
            return new Value[] {y};
        }
    }

    /** Computes (y, g) to the gradient of x, or returns null where they are no f32 values. */
    Value @Nullable [] backward(Reduction.SoftmaxGrad op, Value... inputs) {
        if (inputs.length != 2 || !Values.isFloat(inputs[0]) || !Values.isFloat(inputs[1])) {
            return null;
        }
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        int axis = inputs[0].shape().axis(op.axis());
        long length = inputs[0].shape().size(axis);
        long rows = inputs[0].shape().elements() / length;
        try (Value y = rows(inputs[0], axis);
                Value g = rows(inputs[1], axis)) {
            Value dx = Values.allocate(backend.memory(), moveBack(y.layout(), axis));
            SoftmaxKernels.backward(op.log(), new Batch(y.address(), g.address(), dx.address(), rows, length, 0));
            return new Value[] {dx};
        }
    }

    private Value rows(Value value, int axis) {
        return Dense.contiguous(backend, value, Fold.moveLast(value.layout(), Axes.of(axis)));
    }

    /** {@return the layout of a result: C order, the last axis then put back to where it was} */
    private static Layout moveBack(Layout rows, int axis) {
        Layout layout = Layout.contiguous(rows.shape());
        int[] order = new int[layout.shape().rank()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i < axis ? i : i - 1;
        }
        order[axis] = order.length - 1;
        return layout.permute(order);
    }
}
