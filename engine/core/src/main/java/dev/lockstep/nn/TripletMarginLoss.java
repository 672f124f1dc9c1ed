package dev.lockstep.nn;

import dev.lockstep.module.Module;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TripletOptions;
import java.util.function.UnaryOperator;

/** Takes {@code max(0, |a - p| - |a - n| + margin)} of triples [N, D] (Balntas et al. 2016). */
public final class TripletMarginLoss extends Module<TripletMarginLoss.Input, Tensor> {
    private final TripletOptions options;

    /**
     * What the loss takes.
     *
     * @param anchor what is compared
     * @param positive what shall be near
     * @param negative what shall be far
     */
    public record Input(Tensor anchor, Tensor positive, Tensor negative) {}

    /** Makes the loss with torch's defaults: margin 1, Euclidean, mean. */
    public TripletMarginLoss() {
        this(UnaryOperator.identity());
    }

    /** Makes the loss with options. */
    public TripletMarginLoss(UnaryOperator<TripletOptions> options) {
        this.options = options.apply(TripletOptions.DEFAULT);
    }

    /** Computes the loss of triples. */
    public Tensor call(Tensor anchor, Tensor positive, Tensor negative) {
        return call(new Input(anchor, positive, negative));
    }

    @Override
    public Tensor forward(Input input) {
        return Losses.tripletMarginLoss(input.anchor(), input.positive(), input.negative(), ignored -> options);
    }
}
