package dev.lockstep.nn;

import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Gated recurrent units (Cho et al. 2014), as torch's: {@code r, z = sigmoid(W x + b + U h + c)}, {@code n = tanh(W x +
 * b + r (U h + c))}, {@code h = (1 - z) n + z h}; gates in the order r z n.
 */
public final class GRU extends Recurrent {
    private static final int GATES = 3;

    /** Makes one layer that takes [T, N, in]. */
    public GRU(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, UnaryOperator.identity());
    }

    /** Makes a network with options. */
    public GRU(int inputSize, int hiddenSize, UnaryOperator<RecurrentConfig> options) {
        super(options.apply(new RecurrentConfig(inputSize, hiddenSize, 1, true, false, 0, false)), GATES);
    }

    @Override
    Tensor step(Tensor input, Tensor hidden, Tensor state) {
        return next(input, hidden, state);
    }

    static Tensor next(Tensor input, Tensor hidden, Tensor state) {
        List<Tensor> x = input.chunk(GATES, -1);
        List<Tensor> h = hidden.chunk(GATES, -1);
        Tensor reset = x.get(0).add(h.get(0)).sigmoid();
        Tensor update = x.get(1).add(h.get(1)).sigmoid();
        Tensor candidate = x.get(2).add(reset.mul(h.get(2))).tanh();
        return candidate.add(update.mul(state.sub(candidate)));
    }
}
