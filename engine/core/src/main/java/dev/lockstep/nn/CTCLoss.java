package dev.lockstep.nn;

import dev.lockstep.module.Module;
import dev.lockstep.tensor.CtcOptions;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Takes the CTC loss of log-probabilities [T, N, C] against labels [N, S] (Graves et al. 2006). */
public final class CTCLoss extends Module<CTCLoss.Input, Tensor> {
    private final CtcOptions options;

    /**
     * What the loss takes.
     *
     * @param logProbabilities [T, N, C]
     * @param targets labels, [N, S]
     * @param inputLengths how many steps of each sequence count, [N]
     * @param targetLengths how many of each target's labels count, [N]
     */
    public record Input(Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) {}

    /** Makes the loss with torch's defaults: blank 0, mean. */
    public CTCLoss() {
        this(UnaryOperator.identity());
    }

    /** Makes the loss with options. */
    public CTCLoss(UnaryOperator<CtcOptions> options) {
        this.options = options.apply(CtcOptions.DEFAULT);
    }

    /** Computes the loss of sequences. */
    public Tensor call(Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        return call(new Input(logProbabilities, targets, inputLengths, targetLengths));
    }

    @Override
    public Tensor forward(Input input) {
        return Losses.ctcLoss(
                input.logProbabilities(), input.targets(), input.inputLengths(), input.targetLengths(), options);
    }
}
