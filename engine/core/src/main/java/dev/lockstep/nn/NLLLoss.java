package dev.lockstep.nn;

import dev.lockstep.tensor.CrossEntropyOptions;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Takes the negative log-probabilities [N, C, ...] of class indexes I64 [N, ...]. The mean is over the weights of the
 * targets that are not ignored.
 */
public final class NLLLoss extends Loss {
    private final CrossEntropyOptions options;

    /** Makes the loss with torch's defaults: mean, target -100 ignored. */
    public NLLLoss() {
        this(UnaryOperator.identity());
    }

    /** Makes the loss with options: weights of the classes, the ignored index, a reduction. */
    public NLLLoss(UnaryOperator<CrossEntropyOptions> options) {
        this(options.apply(CrossEntropyOptions.DEFAULT));
    }

    private NLLLoss(CrossEntropyOptions options) {
        super(options.reduction());
        this.options = options;
    }

    @Override
    public Tensor forward(Input input) {
        return Losses.nllLoss(input.prediction(), input.target(), ignored -> options);
    }
}
