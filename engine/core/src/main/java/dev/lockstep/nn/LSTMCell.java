package dev.lockstep.nn;

import dev.lockstep.tensor.Tensor;
import java.util.List;

/** One step of an {@link LSTM}: [N, in] and the state before to the state after, both tensors [N, hidden]. */
public final class LSTMCell extends RecurrentCell<LSTMCell.Input, LSTM.State> {
    private static final int GATES = 4;

    /**
     * What it takes.
     *
     * @param x the input, [N, in]
     * @param state the state before, h and c [N, hidden]
     */
    public record Input(Tensor x, LSTM.State state) {}

    /** Makes a cell. */
    public LSTMCell(int inputSize, int hiddenSize) {
        super(inputSize, hiddenSize, GATES);
    }

    /** Takes a step. */
    public LSTM.State call(Tensor x, LSTM.State state) {
        return call(new Input(x, state));
    }

    @Override
    public LSTM.State forward(Input input) {
        List<Tensor> gates = ofInput(input.x()).add(ofHidden(input.state().h())).chunk(GATES, -1);
        Tensor kept = gates.get(1).sigmoid().mul(input.state().c());
        Tensor c = kept.add(gates.get(0).sigmoid().mul(gates.get(2).tanh()));
        return new LSTM.State(gates.get(3).sigmoid().mul(c.tanh()), c);
    }
}
