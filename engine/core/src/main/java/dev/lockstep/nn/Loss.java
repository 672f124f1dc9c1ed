package dev.lockstep.nn;

import dev.lockstep.module.Module;
import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Tensor;

/** Compares a prediction with a target. A loss has no parameters. */
public abstract sealed class Loss extends Module<Loss.Input, Tensor>
        permits BCELoss,
                BCEWithLogitsLoss,
                CrossEntropyLoss,
                HingeEmbeddingLoss,
                HuberLoss,
                KLDivLoss,
                L1Loss,
                MSELoss,
                NLLLoss,
                SmoothL1Loss {
    private final LossReduction reduction;

    /**
     * What a loss takes.
     *
     * @param prediction what the model says
     * @param target what is right
     */
    public record Input(Tensor prediction, Tensor target) {}

    Loss(LossReduction reduction) {
        this.reduction = reduction;
    }

    /** Computes the loss of a prediction. */
    public final Tensor call(Tensor prediction, Tensor target) {
        return call(new Input(prediction, target));
    }

    /** {@return how the losses of the elements are joined} */
    public final LossReduction reduction() {
        return reduction;
    }

    static void checkShapes(String loss, Input input) {
        if (!input.prediction().shape().equals(input.target().shape())) {
            throw new IllegalArgumentException(
                    loss + ": prediction " + input.prediction().shape() + " and target "
                            + input.target().shape() + " differ in shape");
        }
    }
}
