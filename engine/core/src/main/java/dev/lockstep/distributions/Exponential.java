package dev.lockstep.distributions;

import dev.lockstep.tensor.Tensor;

/** How long to wait for what happens {@code rate} times a unit. */
public final class Exponential extends Distribution {
    private final Tensor rate;

    /**
     * Makes distributions with rates.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public Exponential(Tensor rate) {
        super(rate.shape(), rate.dtype());
        this.rate = positive("Exponential: rate", rate);
    }

    @Override
    Tensor draw(long... sizes) {
        return uniform(sizes).neg().log1p().neg().div(rate);
    }

    @Override
    Tensor supports(Tensor value) {
        return value.ge(0);
    }

    @Override
    String support() {
        return "numbers from zero on";
    }

    @Override
    Tensor density(Tensor value) {
        return rate.log().sub(rate.mul(value));
    }

    /** Gives the probability of a smaller value. */
    public Tensor cdf(Tensor value) {
        return rate.mul(value).neg().expm1().neg();
    }

    @Override
    public Tensor entropy() {
        return rate.log().neg().add(1.0);
    }

    @Override
    public Tensor mean() {
        return rate.reciprocal();
    }

    @Override
    public Tensor variance() {
        return rate.square().reciprocal();
    }

    @Override
    Tensor divergenceTo(Distribution other) {
        Tensor ratio = ((Exponential) other).rate.div(rate);
        return ratio.sub(ratio.log()).sub(1.0);
    }
}
