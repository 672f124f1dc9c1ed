package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction.Linear;
import dev.lockstep.backend.op.Contraction.Matmul;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.Shaping.Concat;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Runs recurrent cells op by op on a backend: the bits that a fast kernel there must give, and the way of those that it
 * does not take. Confined to one call.
 */
public final class RecurrenceKernels implements AutoCloseable {
    private static final int GATES = 4;
    private static final Concat ROWS = new Concat(0);

    private final Backend backend;
    private final UnaryOperator<Op> precision;
    private final List<Value> made = new ArrayList<>();

    private RecurrenceKernels(Backend backend, UnaryOperator<Op> precision) {
        this.backend = backend;
        this.precision = precision;
    }

    /** Executes an op by others of the same backend. */
    public static Value[] run(Backend backend, Recurrence op, Value... inputs) {
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        return run(backend, op, UnaryOperator.identity(), inputs);
    }

    /** Executes an op whose inputs fit, its products in a precision. */
    static Value[] run(Backend backend, Recurrence op, UnaryOperator<Op> precision, Value... inputs) {
        try (var kernels = new RecurrenceKernels(backend, precision)) {
            Value[] results = switch (op) {
                case Recurrence.LstmCell() -> kernels.forward(inputs);
                case Recurrence.LstmCellGrad() -> kernels.backward(inputs);
                case Recurrence.LstmScan() -> kernels.scan(inputs);
                case Recurrence.LstmScanGrad() -> kernels.scanBack(inputs);
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

    private Value[] scan(Value... in) {
        List<Value> hidden = new ArrayList<>(List.of(in[1]));
        List<Value> cells = new ArrayList<>(List.of(in[2]));
        List<Value> gates = new ArrayList<>();
        List<Value> squashed = new ArrayList<>();
        for (int t = 0; t < in[0].shape().size(0); t++) {
            Value z = execute(precision.apply(new Linear(true)), hidden.get(t), in[3], in[4]);
            Value[] next = all(new Recurrence.LstmCell(), z, at(in[0], t), cells.get(t));
            hidden.add(next[0]);
            cells.add(next[1]);
            gates.add(next[2]);
            squashed.add(next[3]);
        }
        return new Value[] {over(hidden), over(cells), over(gates), over(squashed)};
    }

    private Value[] scanBack(Value... in) {
        List<Value> gateGrads = new ArrayList<>();
        Value cell = in[1];
        Value hidden = execute(new Creation.Full(cell.shape(), cell.dtype(), 0));
        for (int t = (int) in[0].shape().size(0) - 1; t >= 0; t--) {
            Value[] before = all(
                    new Recurrence.LstmCellGrad(),
                    at(in[0], t),
                    hidden,
                    cell,
                    at(in[3], t),
                    at(in[4], t),
                    at(in[5], t));
            gateGrads.addFirst(before[0]);
            cell = before[1];
            hidden = execute(precision.apply(new Matmul()), before[0], in[2]);
        }
        return new Value[] {over(gateGrads), hidden, cell};
    }

    /** {@return the values [N, ...] of one step of [T, N, ...]} */
    private Value at(Value sequence, long t) {
        Layout layout = sequence.layout();
        long[] strides = {layout.stride(1), layout.stride(2)};
        Shape step = Shape.of(layout.shape().size(1), layout.shape().size(2));
        Value view = sequence.view(Layout.of(step, strides, layout.offset() + t * layout.stride(0)));
        made.add(view);
        return view;
    }

    /** Puts steps [N, ...] one after the other: [T, N, ...]. */
    private Value over(List<Value> steps) {
        Shape one = steps.getFirst().shape();
        Value rows = execute(ROWS, steps.toArray(Value[]::new));
        Value view = rows.view(Layout.contiguous(Shape.of(steps.size(), one.size(0), one.size(1))));
        made.add(view);
        return view;
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
        return all(op, inputs)[0];
    }

    private Value[] all(Op op, Value... inputs) {
        Value[] outputs = backend.execute(op, inputs);
        made.addAll(List.of(outputs));
        return outputs;
    }

    @Override
    public void close() {
        made.forEach(Value::close);
    }
}
