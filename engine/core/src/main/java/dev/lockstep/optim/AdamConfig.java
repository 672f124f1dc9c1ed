package dev.lockstep.optim;

/**
 * The options of {@link Adam} and of those built like it: {@link AdamW}, {@link Adamax}, {@link RAdam}.
 *
 * @param lr learning rate
 * @param beta1 decay of the gradient's running mean
 * @param beta2 decay of the running mean of its square; in Adamax of its running maximum
 * @param eps keeps the divisor from zero
 * @param weightDecay added to the gradient, times the parameter; in AdamW what the parameter shrinks by, times the
 *     learning rate
 */
public record AdamConfig(double lr, double beta1, double beta2, double eps, double weightDecay) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if rate, eps or decay are negative or a beta is not in [0, 1)
     */
    public AdamConfig {
        Options.notNegative("Adam", "lr", lr);
        Options.notNegative("Adam", "eps", eps);
        Options.notNegative("Adam", "weightDecay", weightDecay);
        Options.share("Adam", "beta1", beta1);
        Options.share("Adam", "beta2", beta2);
    }

    /** torch's defaults but for what differs: betas 0.9 and 0.999, eps 1e-8. */
    static AdamConfig of(double lr, double weightDecay) {
        return new AdamConfig(lr, 0.9, 0.999, 1e-8, weightDecay);
    }

    /** {@return these options with another learning rate} */
    public AdamConfig lr(double rate) {
        return new AdamConfig(rate, beta1, beta2, eps, weightDecay);
    }

    /** {@return these options with other decays of the running means} */
    public AdamConfig betas(double first, double second) {
        return new AdamConfig(lr, first, second, eps, weightDecay);
    }

    /** {@return these options with another eps} */
    public AdamConfig eps(double small) {
        return new AdamConfig(lr, beta1, beta2, small, weightDecay);
    }

    /** {@return these options with another weight decay} */
    public AdamConfig weightDecay(double decay) {
        return new AdamConfig(lr, beta1, beta2, eps, decay);
    }
}
