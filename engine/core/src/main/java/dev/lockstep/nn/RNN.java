package dev.lockstep.nn;

import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Elman's network: {@code h = tanh(W_ih x + b_ih + W_hh h + b_hh)}, or with ReLU. */
public final class RNN extends Recurrent {
    private final boolean relu;

    /** Makes one layer with tanh that takes [T, N, in]. */
    public RNN(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, false, UnaryOperator.identity());
    }

    /** Makes a network with options, with ReLU instead of tanh if wanted. */
    public RNN(int inputSize, int hiddenSize, boolean relu, UnaryOperator<RecurrentConfig> options) {
        super(options.apply(new RecurrentConfig(inputSize, hiddenSize, 1, true, false, 0, false)), 1);
        this.relu = relu;
    }

    @Override
    Tensor step(Tensor input, Tensor hidden, Tensor state) {
        Tensor sum = input.add(hidden);
        return relu ? sum.relu() : sum.tanh();
    }
}
