package dev.lockstep.nn;

import dev.lockstep.autograd.AutogradBackend;
import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Autocast;
import dev.lockstep.tensor.Autograd;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs an LSTM cell over time, as one node of the graph: backward then sums the weights' gradient by one product over
 * all steps, where a graph of single steps would add one gradient a step.
 *
 * <p>Inputs: what the sequence contributes to the gates i, f, g, o, side by side [T, N, 4 H]; h0 and c0 [N, H]; the
 * recurrent weight [4 H, H] and bias [4 H]. Outputs: all h [T, N, H] and the last c [N, H], then what backward needs,
 * see {@link Recurrence.LstmScan}.
 *
 * @param factors what products round their factors to; empty for none
 */
record LstmScan(Optional<DType> factors) implements CustomOp {
    private static final int H0 = 1;
    private static final int C0 = 2;
    private static final int WEIGHT = 3;
    private static final int BIAS = 4;
    private static final int FIRST_SAVED = 2;
    private static final int GATES = 4;
    private static final Reduction.Reduce OVER_ROWS = new Reduction.Reduce(ReduceKind.SUM, Axes.of(0), false);

    @Override
    public boolean isMadeOfOps() {
        return true;
    }

    @Override
    public Value[] forward(Backend backend, Value... inputs) {
        Value[] all = backend.execute(inPrecision(new Recurrence.LstmScan()), inputs);
        Value hidden = all[0];
        Value cells = all[1];
        long steps = inputs[0].shape().size(0);
        Value[] outputs = new Value[FIRST_SAVED + all.length];
        outputs[0] = steps(hidden, 1, steps);
        outputs[1] = cells.view(one(cells.layout(), steps));
        System.arraycopy(all, 0, outputs, FIRST_SAVED, all.length);
        return outputs;
    }

    @Override
    public @Nullable Value[] backward(
            Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        if (GradMode.isEnabled()) {
            return recorded(inputs, outputs, gradients);
        }
        try (Workspace space = new Workspace(backend)) {
            Value hidden = outputs.get(FIRST_SAVED);
            Value cells = outputs.get(FIRST_SAVED + 1);
            Value[] before = space.runAll(
                    inPrecision(new Recurrence.LstmScanGrad()),
                    orZeros(space, gradients[0], outputs.get(0)),
                    orZeros(space, gradients[1], outputs.get(1)),
                    inputs.get(WEIGHT),
                    outputs.get(FIRST_SAVED + 2),
                    cells,
                    outputs.get(FIRST_SAVED + 3));
            @Nullable Value[] result = new @Nullable Value[BIAS + 1];
            result[0] = space.keep(before[0]);
            result[H0] = space.keep(before[1]);
            result[C0] = space.keep(before[2]);
            Value gates = space.adopt(rows(before[0])); // [T N, 4 H]
            Value turned = space.adopt(gates.view(gates.layout().permute(1, 0)));
            Value seen = space.adopt(steps(hidden, 0, before[0].shape().size(0)));
            result[WEIGHT] =
                    space.keep(space.run(inPrecision(new Contraction.Matmul()), turned, space.adopt(rows(seen))));
            result[BIAS] = space.keep(space.run(OVER_ROWS, gates));
            return result;
        }
    }

    private Op inPrecision(Op product) {
        return factors.isPresent() ? new Contraction.RoundedProduct(product, factors.get()) : product;
    }

    private static Value orZeros(Workspace space, @Nullable Value gradient, Value like) {
        return gradient != null ? gradient : space.run(new Creation.Full(like.shape(), like.dtype(), 0));
    }

    /** {@return some steps of [T, N, ...]} */
    private static Value steps(Value sequence, long from, long count) {
        return sequence.view(sequence.layout().narrow(0, from, count, 1));
    }

    /** Sees dense steps [T, N, ...] as rows [T N, ...]. */
    private static Value rows(Value sequence) {
        Shape shape = sequence.shape();
        Shape rows = Shape.of(shape.size(0) * shape.size(1), shape.size(2));
        return sequence.view(
                Layout.of(rows, new long[] {shape.size(2), 1}, sequence.layout().offset()));
    }

    /** {@return the layout of one step} */
    private static Layout one(Layout sequence, long t) {
        Shape step = Shape.of(sequence.shape().size(1), sequence.shape().size(2));
        return Layout.of(
                step, new long[] {sequence.stride(1), sequence.stride(2)}, sequence.offset() + t * sequence.stride(0));
    }

    /** Computes the gradients by ops that have gradients themselves. */
    private @Nullable Value[] recorded(List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        try (Scope _ = Scope.open("lstm backward");
                Autocast.Restore _ = Autocast.to(factors.orElse(DType.F32))) {
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
}
