package dev.lockstep.distributions;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;

/** All numbers from {@code low} (inclusive) to {@code high} (exclusive) alike. */
public final class Uniform extends Distribution {
    private final Tensor low;
    private final Tensor high;

    private Uniform(List<Tensor> bounds) {
        super(bounds.getFirst().shape(), bounds.getFirst().dtype());
        this.low = bounds.get(0);
        this.high = bounds.get(1);
    }

    /**
     * Makes distributions between bounds.
     *
     * @throws IllegalArgumentException if a lower one is not below its upper one
     */
    public Uniform(Tensor low, Tensor high) {
        this(broadcast(checked("Uniform: low must lie below high", low, low.lt(high)), high));
    }

    @Override
    Tensor draw(long... sizes) {
        return low.add(uniform(sizes).mul(high.sub(low)));
    }

    @Override
    Tensor supports(Tensor value) {
        return value.ge(low).logicalAnd(value.le(high));
    }

    @Override
    String support() {
        return "low to high";
    }

    @Override
    Tensor density(Tensor value) {
        Tensor inside = value.ge(low).logicalAnd(value.lt(high)).to(dtype());
        return inside.log().sub(high.sub(low).log());
    }

    @Override
    public Tensor entropy() {
        return high.sub(low).log();
    }

    @Override
    public Tensor mean() {
        return low.add(high).mul(0.5);
    }

    @Override
    public Tensor variance() {
        return high.sub(low).square().div(12.0);
    }

    @Override
    Tensor divergenceTo(Distribution other) {
        Uniform q = (Uniform) other;
        Tensor within = q.low.le(low).logicalAnd(q.high.ge(high));
        Tensor finite = q.high.sub(q.low).div(high.sub(low)).log();
        return Tensors.where(within, finite, Tensors.full(Double.POSITIVE_INFINITY, dtype()));
    }
}
