package dev.lockstep.distributions;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;

/** Gauss's distribution. */
public final class Normal extends LocationScale {
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
    private static final double ROOT_TWO = Math.sqrt(2);

    /**
     * Makes distributions with means and standard deviations.
     *
     * @throws IllegalArgumentException if a deviation is not positive
     */
    public Normal(Tensor loc, Tensor scale) {
        super("Normal", loc, scale);
    }

    @Override
    Tensor draw(long... sizes) {
        return loc.add(Tensors.randn(sizes).to(dtype()).mul(scale));
    }

    @Override
    Tensor density(Tensor value) {
        Tensor normal = value.sub(loc).div(scale);
        return normal.square().mul(-0.5).sub(scale.log()).sub(HALF_LOG_TWO_PI);
    }

    /** Gives the probability of a smaller value. */
    public Tensor cdf(Tensor value) {
        return value.sub(loc).div(scale.mul(ROOT_TWO)).erf().add(1.0).mul(0.5);
    }

    /** Gives the value below which a sample lies with a probability. */
    public Tensor icdf(Tensor probability) {
        return loc.add(scale.mul(probability.mul(2.0).sub(1.0).erfinv()).mul(ROOT_TWO));
    }

    @Override
    public Tensor entropy() {
        return scale.log().add(0.5 + HALF_LOG_TWO_PI);
    }

    @Override
    public Tensor variance() {
        return scale.square();
    }

    @Override
    Tensor divergenceTo(Distribution other) {
        Normal q = (Normal) other;
        Tensor ratio = scale.div(q.scale).square();
        Tensor distance = loc.sub(q.loc).div(q.scale).square();
        return ratio.add(distance).sub(1.0).sub(ratio.log()).mul(0.5);
    }
}
