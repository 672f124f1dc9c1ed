package dev.lockstep.distributions;

import dev.lockstep.tensor.Tensor;
import java.util.List;

/** The gamma distribution with a concentration (its shape) and a rate. */
public final class Gamma extends Distribution {
    private final Tensor concentration;
    private final Tensor rate;

    private Gamma(List<Tensor> parameters) {
        super(parameters.getFirst().shape(), parameters.getFirst().dtype());
        this.concentration = parameters.get(0);
        this.rate = parameters.get(1);
    }

    /**
     * Makes distributions with concentrations and rates.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public Gamma(Tensor concentration, Tensor rate) {
        this(broadcast(positive("Gamma: concentration", concentration), positive("Gamma: rate", rate)));
    }

    @Override
    Tensor draw(long... sizes) {
        return StandardGamma.sample(concentration.expand(sizes)).div(rate);
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
        Tensor growth = concentration.sub(1.0).mul(value.log());
        return concentration.mul(rate.log()).add(growth).sub(rate.mul(value)).sub(concentration.lgamma());
    }

    @Override
    public Tensor entropy() {
        Tensor rest = concentration.neg().add(1.0).mul(concentration.digamma());
        return concentration.sub(rate.log()).add(concentration.lgamma()).add(rest);
    }

    @Override
    public Tensor mean() {
        return concentration.div(rate);
    }

    @Override
    public Tensor variance() {
        return concentration.div(rate.square());
    }

    @Override
    Tensor divergenceTo(Distribution other) {
        Gamma q = (Gamma) other;
        Tensor scales = q.concentration.mul(rate.div(q.rate).log());
        Tensor volumes = q.concentration.lgamma().sub(concentration.lgamma());
        Tensor shapes = concentration.sub(q.concentration).mul(concentration.digamma());
        Tensor rates = q.rate.sub(rate).mul(concentration.div(rate));
        return scales.add(volumes).add(shapes).add(rates);
    }
}
