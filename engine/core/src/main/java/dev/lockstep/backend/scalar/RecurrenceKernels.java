package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.Shaping.Concat;
import dev.lockstep.backend.op.UnaryKind;
import java.util.ArrayList;
import java.util.List;

/** Runs a recurrent cell op by op: the bits that every backend must give. Confined to one call. */
final class RecurrenceKernels implements AutoCloseable {
    private static final int GATES = 4;

    private final Backend backend;
    private final List<Value> made = new ArrayList<>();

    private RecurrenceKernels(Backend backend) {
        this.backend = backend;
    }

    static Value[] run(Backend backend, Recurrence op, Value... inputs) {
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        try (var kernels = new RecurrenceKernels(backend)) {
            Value[] results = switch (op) {
                case Recurrence.LstmCell() -> kernels.forward(inputs);
                case Recurrence.LstmCellGrad() -> kernels.backward(inputs);
            };
            Value[] outputs = new Value[results.length];
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = results[i].alias();
            }
            return outputs;
        }
    }

    private Value[] forward(Value... in) {
        Value[] z = gates(binary(BinaryKind.ADD, in[0], in[1]));
        Value i = unary(UnaryKind.SIGMOID, z[0]);
        Value f = unary(UnaryKind.SIGMOID, z[1]);
        Value g = unary(UnaryKind.TANH, z[2]);
        Value o = unary(UnaryKind.SIGMOID, z[3]);
        Value c = binary(BinaryKind.ADD, mul(f, in[2]), mul(i, g));
        Value s = unary(UnaryKind.TANH, c);
        return new Value[] {mul(o, s), c, execute(new Concat(1), i, f, g, o), s};
    }

    private Value[] backward(Value... in) {
        Value[] gates = gates(in[3]);
        Value c = in[4];
        Value s = in[5];
        Value all = binary(BinaryKind.ADD, in[0], in[1]);
        Value cell = binary(BinaryKind.ADD, in[2], binary(BinaryKind.TANH_GRAD, s, mul(all, gates[3])));
        Value i = binary(BinaryKind.SIGMOID_GRAD, gates[0], mul(cell, gates[2]));
        Value f = binary(BinaryKind.SIGMOID_GRAD, gates[1], mul(cell, c));
        Value g = binary(BinaryKind.TANH_GRAD, gates[2], mul(cell, gates[0]));
        Value o = binary(BinaryKind.SIGMOID_GRAD, gates[3], mul(all, s));
        return new Value[] {execute(new Concat(1), i, f, g, o), mul(cell, gates[1])};
    }

    /** Takes [N, 4 H] apart. */
    private Value[] gates(Value stacked) {
        long size = stacked.shape().size(1) / GATES;
        Value[] parts = new Value[GATES];
        for (int k = 0; k < GATES; k++) {
            parts[k] = stacked.view(stacked.layout().narrow(1, k * size, size, 1));
            made.add(parts[k]);
        }
        return parts;
    }

    private Value unary(UnaryKind kind, Value x) {
        return execute(new Unary(kind), x);
    }

    private Value binary(BinaryKind kind, Value a, Value b) {
        return execute(new Binary(kind), a, b);
    }

    private Value mul(Value a, Value b) {
        return binary(BinaryKind.MUL, a, b);
    }

    private Value execute(Op op, Value... inputs) {
        Value output = backend.execute(op, inputs)[0];
        made.add(output);
        return output;
    }

    @Override
    public void close() {
        made.forEach(Value::close);
    }
}
