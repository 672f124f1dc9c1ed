package dev.lockstep.distributions;

import dev.lockstep.tensor.Tensor;
import java.util.List;

/** The beta distribution: density proportional to {@code x^(a - 1) (1 - x)^(b - 1)} between 0 and 1. */
public final class Beta extends Distribution {
    private final Tensor a;
    private final Tensor b;

    private Beta(List<Tensor> parameters) {
        super(parameters.getFirst().shape(), parameters.getFirst().dtype());
        this.a = parameters.get(0);
        this.b = parameters.get(1);
    }

    /**
     * Makes distributions with two concentrations, torch's {@code concentration1} and {@code concentration0}.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public Beta(Tensor a, Tensor b) {
        this(broadcast(positive("Beta: a", a), positive("Beta: b", b)));
    }

    @Override
    Tensor draw(long... sizes) {
        Tensor x = StandardGamma.sample(a.expand(sizes));
        Tensor y = StandardGamma.sample(b.expand(sizes));
        return x.div(x.add(y));
    }

    @Override
    Tensor supports(Tensor value) {
        return value.ge(0).logicalAnd(value.le(1));
    }

    @Override
    String support() {
        return "0 to 1";
    }

    @Override
    Tensor density(Tensor value) {
        Tensor ones = a.sub(1.0).mul(value.log());
        Tensor zeros = b.sub(1.0).mul(value.neg().log1p());
        return ones.add(zeros).sub(logVolume());
    }

    /** The logarithm of the beta function. */
    private Tensor logVolume() {
        return a.lgamma().add(b.lgamma()).sub(a.add(b).lgamma());
    }

    @Override
    public Tensor entropy() {
        Tensor parts = a.sub(1.0).mul(a.digamma()).add(b.sub(1.0).mul(b.digamma()));
        Tensor whole = a.add(b).sub(2.0).mul(a.add(b).digamma());
        return logVolume().sub(parts).add(whole);
    }

    @Override
    public Tensor mean() {
        return a.div(a.add(b));
    }

    @Override
    public Tensor variance() {
        Tensor sum = a.add(b);
        return a.mul(b).div(sum.square().mul(sum.add(1.0)));
    }

    @Override
    Tensor divergenceTo(Distribution other) {
        Beta q = (Beta) other;
        Tensor parts = a.sub(q.a).mul(a.digamma()).add(b.sub(q.b).mul(b.digamma()));
        Tensor sums = q.a.add(q.b).sub(a.add(b)).mul(a.add(b).digamma());
        return q.logVolume().sub(logVolume()).add(parts).add(sums);
    }
}
