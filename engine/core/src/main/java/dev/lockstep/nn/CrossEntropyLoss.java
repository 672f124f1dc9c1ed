package dev.lockstep.nn;

import dev.lockstep.tensor.CrossEntropyOptions;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.function.UnaryOperator;

/**
 * Takes the cross-entropy of logits [N, C, ...] against class indexes I64 [N, ...]: {@code -log softmax(x)[target]}.
 * The mean is over the targets that are not ignored.
 */
public final class CrossEntropyLoss extends Loss {
    private final CrossEntropyOptions options;

    /** Makes the loss with torch's defaults: mean, no smoothing, target -100 ignored. */
    public CrossEntropyLoss() {
        this(UnaryOperator.identity());
    }

    /** Makes the loss with options. */
    public CrossEntropyLoss(UnaryOperator<CrossEntropyOptions> options) {
        this(options.apply(CrossEntropyOptions.DEFAULT));
    }

    private CrossEntropyLoss(CrossEntropyOptions options) {
        super(options.reduction());
        this.options = options;
    }

    /** {@return the options} */
    public CrossEntropyOptions options() {
        return options;
    }

    @Override
    public Tensor forward(Input input) {
        return Tensors.crossEntropy(input.prediction(), input.target(), ignored -> options);
    }
}
