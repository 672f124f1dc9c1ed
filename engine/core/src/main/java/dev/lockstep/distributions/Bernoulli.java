package dev.lockstep.distributions;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;

/** One with a probability, else zero. */
public final class Bernoulli extends Distribution {
    private final Tensor probs;
    private final Tensor logits;

    private Bernoulli(Tensor probs, Tensor logits) {
        super(probs.shape(), probs.dtype());
        this.probs = probs;
        this.logits = logits;
    }

    /**
     * Makes distributions with probabilities of one.
     *
     * @throws IllegalArgumentException if one is not in [0, 1]
     */
    public Bernoulli(Tensor probs) {
        this(
                checked(
                        "Bernoulli: probs must lie in [0, 1]",
                        probs,
                        probs.ge(0).logicalAnd(probs.le(1))),
                Probabilities.logits(probs));
    }

    /** Makes distributions with logarithms of odds. */
    public static Bernoulli ofLogits(Tensor logits) {
        return new Bernoulli(logits.sigmoid(), logits);
    }

    @Override
    public boolean hasRsample() {
        return false;
    }

    @Override
    Tensor draw(long... sizes) {
        return Tensors.bernoulli(probs.expand(sizes).contiguous());
    }

    @Override
    Tensor supports(Tensor value) {
        return value.eq(0).logicalOr(value.eq(1));
    }

    @Override
    String support() {
        return "0 and 1";
    }

    /** {@code v x - softplus(x)} with x the logits. */
    @Override
    Tensor density(Tensor value) {
        return value.to(dtype()).mul(logits).sub(Probabilities.softplus(logits));
    }

    @Override
    public Tensor entropy() {
        return Probabilities.softplus(logits).sub(probs.mul(logits));
    }

    @Override
    public Tensor mean() {
        return probs;
    }

    @Override
    public Tensor variance() {
        return probs.mul(probs.neg().add(1.0));
    }

    @Override
    Tensor divergenceTo(Distribution other) {
        Bernoulli q = (Bernoulli) other;
        Tensor ones = Probabilities.softplus(q.logits.neg()).sub(Probabilities.softplus(logits.neg()));
        Tensor zeros = Probabilities.softplus(q.logits).sub(Probabilities.softplus(logits));
        return probs.mul(ones).add(probs.neg().add(1.0).mul(zeros));
    }
}
