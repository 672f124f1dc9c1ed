package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.Tensor;

/**
 * One step of a recurrent network. State, drawn from U(-1/sqrt(hidden), 1/sqrt(hidden)): {@code weight_ih} [gates
 * hidden, in], {@code weight_hh} [gates hidden, hidden], {@code bias_ih} and {@code bias_hh} [gates hidden].
 *
 * @param <I> an input and the state before
 * @param <O> the state after
 */
public abstract sealed class RecurrentCell<I, O> extends Module<I, O> permits RNNCell, GRUCell, LSTMCell {
    private final int hiddenSize;
    private final Tensor inputWeight;
    private final Tensor hiddenWeight;
    private final Tensor inputBias;
    private final Tensor hiddenBias;

    RecurrentCell(int inputSize, int hiddenSize, int gates) {
        Checks.atLeast("recurrent cell", "inputSize", inputSize, 1);
        Checks.atLeast("recurrent cell", "hiddenSize", hiddenSize, 1);
        this.hiddenSize = hiddenSize;
        long stacked = (long) gates * hiddenSize;
        this.inputWeight = parameter("weight_ih", stacked, inputSize);
        this.hiddenWeight = parameter("weight_hh", stacked, hiddenSize);
        this.inputBias = parameter("bias_ih", stacked);
        this.hiddenBias = parameter("bias_hh", stacked);
    }

    private Tensor parameter(String name, long... sizes) {
        double bound = 1 / StrictMath.sqrt(hiddenSize);
        return param(name, Init.uniform_(Init.empty(Shape.of(sizes)), -bound, bound));
    }

    final Tensor ofInput(Tensor x) {
        return x.linear(inputWeight, inputBias);
    }

    final Tensor ofHidden(Tensor h) {
        return h.linear(hiddenWeight, hiddenBias);
    }

    @Override
    protected final String description() {
        return inputWeight.size(1) + ", " + hiddenSize;
    }
}
