package dev.lockstep.nn;

import dev.lockstep.tensor.BinaryCrossEntropyOptions;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Takes the binary cross-entropy of probabilities p against probabilities t, both of one shape: {@code -t log p - (1 -
 * t) log(1 - p)} with logarithms of at least -100.
 */
public final class BCELoss extends Loss {
    private final BinaryCrossEntropyOptions options;

    /** Averages over all elements. */
    public BCELoss() {
        this(UnaryOperator.identity());
    }

    /** Makes the loss with options: a reduction, weights of the elements. */
    public BCELoss(UnaryOperator<BinaryCrossEntropyOptions> options) {
        this(options.apply(BinaryCrossEntropyOptions.DEFAULT));
    }

    private BCELoss(BinaryCrossEntropyOptions options) {
        super(options.reduction());
        this.options = options;
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("BCELoss", input);
        return Losses.binaryCrossEntropy(input.prediction(), input.target(), ignored -> options);
    }
}
