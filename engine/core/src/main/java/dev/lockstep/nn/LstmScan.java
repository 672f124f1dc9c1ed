package dev.lockstep.nn;

import dev.lockstep.autograd.AutogradBackend;
import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Autograd;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs an LSTM cell over time, as one node of the graph: backward then sums the weights' gradient by one product over
 * all steps, where a graph of single steps would add one gradient a step.
 *
 * <p>Inputs: what the sequence contributes to the gates i, f, g, o, side by side [T, N, 4 H]; h0 and c0 [N, H]; the
 * recurrent weight [4 H, H] and bias [4 H]. Outputs: all h [T, N, H], the last c [N, H], then for each step the gates
 * [N, 4 H], the c before it, and tanh of the c after it, which backward needs.
 */
record LstmScan() implements CustomOp {
    private static final int H0 = 1;
    private static final int C0 = 2;
    private static final int WEIGHT = 3;
    private static final int BIAS = 4;
    private static final int FIRST_SAVED = 2;
    private static final int SAVED = 3;
    private static final int GATES = 4;
    private static final Contraction.Linear AFFINE = new Contraction.Linear(true);
    private static final Contraction.Matmul MATMUL = new Contraction.Matmul();
    private static final Shaping.Concat ROWS = new Shaping.Concat(0);
    private static final Shaping.Permute TRANSPOSED = new Shaping.Permute(List.of(1, 0));

    @Override
    public Value[] forward(Backend backend, Value... inputs) {
        try (Workspace space = new Workspace(backend)) {
            int steps = (int) inputs[0].shape().size(0);
            List<Value> saved = new ArrayList<>();
            Value[] hidden = new Value[steps];
            Value h = inputs[H0];
            Value c = inputs[C0];
            for (int t = 0; t < steps; t++) {
                Value z = space.run(AFFINE, h, inputs[WEIGHT], inputs[BIAS]); // [N, 4 H]
                Value[] next = space.runAll(new Recurrence.LstmCell(), z, at(space, inputs[0], t), c);
                saved.add(space.keep(next[2]));
                saved.add(c.alias());
                saved.add(space.keep(next[3]));
                h = next[0];
                c = next[1];
                hidden[t] = h;
            }
            List<Value> outputs = new ArrayList<>();
            outputs.add(space.keep(stack(space, hidden)));
            outputs.add(c.alias());
            outputs.addAll(saved);
            return outputs.toArray(Value[]::new);
        }
    }

    @Override
    public @Nullable Value[] backward(
            Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        if (GradMode.isEnabled()) {
            return recorded(inputs, outputs, gradients);
        }
        try (Workspace space = new Workspace(backend)) {
            Walk walk = new Walk(space, inputs, outputs, gradients);
            for (int t = walk.steps - 1; t >= 0; t--) {
                walk.back(t);
            }
            return walk.result();
        }
    }

    /** Computes the gradients by ops that have gradients themselves. */
    private static @Nullable Value[] recorded(List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        try (Scope _ = Scope.open("lstm backward")) {
            List<Tensor> at = inputs.stream().map(LstmScan::shared).toList();
            List<Tensor> seeds = new ArrayList<>();
            for (int k = 0; k < FIRST_SAVED; k++) {
                @Nullable Value gradient = gradients[k];
                seeds.add(gradient == null ? Tensors.zerosLike(shared(outputs.get(k))) : shared(gradient));
            }
            return Autograd.vjp(LstmScan::plain, at, seeds).stream()
                    .map(gradient -> gradient.keep().value())
                    .toArray(Value[]::new);
        }
    }

    private static Tensor shared(Value value) {
        return Tensor.wrap(AutogradBackend.share(value));
    }

    /** Runs the cell by ops that have gradients: all h, and the last c. */
    private static List<Tensor> plain(List<Tensor> in) {
        List<Tensor> hidden = new ArrayList<>();
        Tensor h = in.get(H0);
        Tensor c = in.get(C0);
        for (Tensor x : in.get(0).unbind(0)) {
            List<Tensor> gates = x.add(h.linear(in.get(WEIGHT), in.get(BIAS))).chunk(GATES, -1); // i f g o
            Tensor kept = gates.get(1).sigmoid().mul(c);
            c = kept.add(gates.get(0).sigmoid().mul(gates.get(2).tanh()));
            h = gates.get(GATES - 1).sigmoid().mul(c.tanh());
            hidden.add(h);
        }
        return List.of(Tensors.stack(hidden, 0), c);
    }

    /** {@return the values [N, ...] of one step of [T, N, ...]} */
    private static Value at(Workspace space, Value sequence, int t) {
        Shape shape = sequence.shape();
        Shape step = Shape.of(shape.size(1), shape.size(2));
        Layout layout = sequence.layout();
        long[] strides = {layout.stride(1), layout.stride(2)};
        return space.adopt(sequence.view(Layout.of(step, strides, layout.offset() + t * layout.stride(0))));
    }

    /** Puts steps [N, H] one after the other: [T, N, H]. */
    private static Value stack(Workspace space, Value[] steps) {
        Shape one = steps[0].shape();
        Value rows = space.run(ROWS, steps); // [T N, H]
        return space.adopt(rows.view(Layout.contiguous(Shape.of(steps.length, one.size(0), one.size(1)))));
    }

    /** Backward through time. */
    private static final class Walk {
        private final Workspace space;
        private final List<Value> inputs;
        private final List<Value> outputs;
        private final Value hiddenGradient;
        private final int steps;
        private final Value[] gateGradients;
        private Value dh;
        private Value dc;

        Walk(Workspace space, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
            this.space = space;
            this.inputs = inputs;
            this.outputs = outputs;
            this.steps = (int) inputs.get(0).shape().size(0);
            this.gateGradients = new Value[steps];
            this.hiddenGradient = orZeros(gradients[0], outputs.get(0));
            this.dh = orZeros(null, inputs.get(H0));
            this.dc = orZeros(gradients[1], inputs.get(C0));
        }

        private Value orZeros(@Nullable Value gradient, Value like) {
            return gradient != null ? gradient : space.run(new Creation.Full(like.shape(), like.dtype(), 0));
        }

        void back(int t) {
            int first = FIRST_SAVED + t * SAVED;
            Value[] before = space.runAll(
                    new Recurrence.LstmCellGrad(),
                    at(space, hiddenGradient, t),
                    dh,
                    dc,
                    outputs.get(first),
                    outputs.get(first + 1),
                    outputs.get(first + 2));
            gateGradients[t] = before[0];
            dc = before[1];
            dh = space.run(MATMUL, before[0], inputs.get(WEIGHT));
        }

        @Nullable
        Value[] result() {
            @Nullable Value[] result = new @Nullable Value[BIAS + 1];
            Value rows = space.run(ROWS, gateGradients); // [T N, 4 H]
            result[0] = rows.view(Layout.contiguous(inputs.get(0).shape()));
            result[H0] = space.keep(dh);
            result[C0] = space.keep(dc);
            result[WEIGHT] = space.keep(space.run(MATMUL, space.run(TRANSPOSED, rows), hiddenBefore()));
            result[BIAS] = space.keep(space.run(new Reduction.Reduce(ReduceKind.SUM, Axes.of(0), false), rows));
            return result;
        }

        /** {@return h0 and all h but the last, one after the other: [T N, H]} */
        private Value hiddenBefore() {
            Value[] parts = new Value[steps];
            parts[0] = inputs.get(H0);
            for (int t = 1; t < steps; t++) {
                parts[t] = at(space, outputs.get(0), t - 1);
            }
            return space.run(ROWS, parts);
        }
    }
}
