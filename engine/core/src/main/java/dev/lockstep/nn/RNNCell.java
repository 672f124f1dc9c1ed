package dev.lockstep.nn;

import dev.lockstep.tensor.Tensor;

/** One step of an {@link RNN} with tanh: [N, in] and [N, hidden] to [N, hidden]. */
public final class RNNCell extends RecurrentCell<RNNCell.Input, Tensor> {
    /**
     * What it takes.
     *
     * @param x the input, [N, in]
     * @param h the state before, [N, hidden]
     */
    public record Input(Tensor x, Tensor h) {}

    /** Makes a cell. */
    public RNNCell(int inputSize, int hiddenSize) {
        super(inputSize, hiddenSize, 1);
    }

    /** Takes a step. */
    public Tensor call(Tensor x, Tensor h) {
        return call(new Input(x, h));
    }

    @Override
    public Tensor forward(Input input) {
        return ofInput(input.x()).add(ofHidden(input.h())).tanh();
    }
}
