package dev.lockstep.nn;

import dev.lockstep.tensor.Tensor;

/** One step of a {@link GRU}: [N, in] and [N, hidden] to [N, hidden]. */
public final class GRUCell extends RecurrentCell<GRUCell.Input, Tensor> {
    /**
     * What it takes.
     *
     * @param x the input, [N, in]
     * @param h the state before, [N, hidden]
     */
    public record Input(Tensor x, Tensor h) {}

    /** Makes a cell. */
    public GRUCell(int inputSize, int hiddenSize) {
        super(inputSize, hiddenSize, 3);
    }

    /** Takes a step. */
    public Tensor call(Tensor x, Tensor h) {
        return call(new Input(x, h));
    }

    @Override
    public Tensor forward(Input input) {
        return GRU.next(ofInput(input.x()), ofHidden(input.h()), input.h());
    }
}
