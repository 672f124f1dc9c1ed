package dev.lockstep.nn;

import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Takes the divergence {@code t (log t - x)} of log-probabilities x from probabilities t, both of one shape (Kullback
 * and Leibler 1951). The mean over all elements is torch's default; that over the batch is the divergence itself.
 */
public final class KLDivLoss extends Loss {
    private final Config config;

    /**
     * The options.
     *
     * @param reduction how the elements' losses are joined
     * @param batchMean whether instead their sum is divided by the size of the first axis, torch's 'batchmean'
     * @param logTarget whether targets are given as logarithms
     */
    public record Config(LossReduction reduction, boolean batchMean, boolean logTarget) {
        /** torch's defaults: mean, probabilities. */
        public static final Config DEFAULT = new Config(LossReduction.MEAN, false, false);

        /** {@return these options with another reduction} */
        public Config reduction(LossReduction other) {
            return new Config(other, batchMean, logTarget);
        }

        /** {@return these options with another choice of the mean over the batch} */
        public Config batchMean(boolean wanted) {
            return new Config(reduction, wanted, logTarget);
        }

        /** {@return these options with another choice of targets as logarithms} */
        public Config logTarget(boolean wanted) {
            return new Config(reduction, batchMean, wanted);
        }
    }

    /** Makes the loss with torch's defaults. */
    public KLDivLoss() {
        this(UnaryOperator.identity());
    }

    /** Makes the loss with options. */
    public KLDivLoss(UnaryOperator<Config> options) {
        this(options.apply(Config.DEFAULT));
    }

    private KLDivLoss(Config config) {
        super(config.batchMean() ? LossReduction.SUM : config.reduction());
        this.config = config;
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("KLDivLoss", input);
        Tensor loss = Losses.klDiv(input.prediction(), input.target(), config.logTarget(), reduction());
        return config.batchMean() ? loss.div(input.prediction().size(0)) : loss;
    }
}
