package dev.lockstep.tensor;

/** The activations of networks as methods of {@link Tensor}, element by element, with torch's defaults. */
public sealed interface ActivationMethods permits Tensor {
    /** Gives {@code x > 0 ? x : 0.01 x}. */
    default Tensor leakyRelu() {
        return leakyRelu(0.01);
    }

    /** Gives {@code x > 0 ? x : slope * x}. */
    default Tensor leakyRelu(double slope) {
        return ActivationOps.leakyRelu((Tensor) this, slope);
    }

    /** Gives {@code x > 0 ? x : e^x - 1}. */
    default Tensor elu() {
        return elu(1);
    }

    /** Gives {@code x > 0 ? x : alpha (e^x - 1)}. */
    default Tensor elu(double alpha) {
        return ActivationOps.elu((Tensor) this, alpha);
    }

    /** Gives {@code 1.0507 (x > 0 ? x : 1.6733 (e^x - 1))} (Klambauer et al. 2017). */
    default Tensor selu() {
        return ActivationOps.selu((Tensor) this);
    }

    /** Gives {@code x > 0 ? x : alpha (e^(x / alpha) - 1)}. */
    default Tensor celu(double alpha) {
        return ActivationOps.celu((Tensor) this, alpha);
    }

    /** Gives {@code log(1 + e^x)}; x itself above 20. */
    default Tensor softplus() {
        return softplus(1, 20);
    }

    /** Gives {@code log(1 + e^(beta x)) / beta}; x itself where {@code beta x} is above the threshold. */
    default Tensor softplus(double beta, double threshold) {
        return ActivationOps.softplus((Tensor) this, beta, threshold);
    }

    /** Limits to [-1, 1]; the gradient is zero from the limits on. */
    default Tensor hardtanh() {
        return hardtanh(-1, 1);
    }

    /** Limits to {@code [min, max]}; the gradient is zero from the limits on. */
    default Tensor hardtanh(double min, double max) {
        return ActivationOps.hardtanh((Tensor) this, min, max);
    }

    /** Limits to [0, 6]; the gradient is zero from the limits on. */
    default Tensor relu6() {
        return hardtanh(0, 6);
    }

    /** Gives {@code (x + 3) / 6}, limited to [0, 1]. */
    default Tensor hardsigmoid() {
        return ActivationOps.hardsigmoid((Tensor) this);
    }

    /** Gives x times {@link #hardsigmoid}. */
    default Tensor hardswish() {
        return ActivationOps.hardswish((Tensor) this);
    }

    /** Gives {@code x tanh(softplus(x))} (Misra 2019). */
    default Tensor mish() {
        return ActivationOps.mish((Tensor) this);
    }

    /** Gives {@code log(1 / (1 + e^-x))} without overflow. */
    default Tensor logSigmoid() {
        return ActivationOps.logSigmoid((Tensor) this);
    }

    /** Gives {@code x / (1 + |x|)}. */
    default Tensor softsign() {
        return ActivationOps.softsign((Tensor) this);
    }

    /** Gives {@code x - tanh(x)}. */
    default Tensor tanhshrink() {
        return ((Tensor) this).sub(((Tensor) this).tanh());
    }

    /** Moves towards zero by {@code lambda}; zero within it. */
    default Tensor softshrink(double lambda) {
        return ActivationOps.softshrink((Tensor) this, lambda);
    }

    /** Gives zero within {@code lambda} of zero, else x. */
    default Tensor hardshrink(double lambda) {
        return ActivationOps.hardshrink((Tensor) this, lambda);
    }

    /** Gives x where it is above the threshold, else {@code value}. */
    default Tensor threshold(double threshold, double value) {
        return ActivationOps.threshold((Tensor) this, threshold, value);
    }

    /** Halves an axis and gates the first half by the sigmoid of the second (Dauphin et al. 2017). */
    default Tensor glu(int axis) {
        return ActivationOps.glu((Tensor) this, axis);
    }
}
