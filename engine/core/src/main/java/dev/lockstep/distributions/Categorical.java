package dev.lockstep.distributions;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;

/** One of C classes, each with a probability; samples are their numbers (I64). */
public final class Categorical extends Distribution {
    private final Tensor probs;
    private final Tensor logProbs;

    private Categorical(Tensor probs, Tensor logProbs) {
        super(without(probs.shape()), probs.dtype());
        this.probs = probs;
        this.logProbs = logProbs;
    }

    /**
     * Makes distributions with weights [..., C], which need not sum to 1.
     *
     * @throws IllegalArgumentException if one is negative, or all of a distribution are zero
     */
    public static Categorical ofProbs(Tensor weights) {
        Tensor fitting = weights.ge(0)
                .all(false, weights.rank() - 1)
                .logicalAnd(weights.sum(-1).gt(0));
        checked("Categorical: weights must not be negative, nor all zero", weights, fitting);
        Tensor probs = weights.div(weights.sum(true, -1));
        return new Categorical(probs, Probabilities.clamped(probs).log());
    }

    /** Makes distributions with logarithms of weights [..., C]. */
    public static Categorical ofLogits(Tensor logits) {
        Tensor logProbs = logits.logSoftmax(-1);
        return new Categorical(logProbs.exp(), logProbs);
    }

    private static Shape without(Shape shape) {
        if (shape.rank() == 0) {
            throw new IllegalArgumentException("Categorical: needs an axis of classes, got a single number");
        }
        return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 1));
    }

    @Override
    public boolean hasRsample() {
        return false;
    }

    @Override
    Tensor draw(long... sizes) {
        long classes = probs.size(-1);
        long[] wide = Arrays.copyOf(sizes, sizes.length + 1);
        wide[sizes.length] = classes;
        Tensor rows = probs.expand(wide).reshape(-1, classes);
        return Tensors.multinomial(rows, 1, true).reshape(sizes);
    }

    @Override
    Tensor supports(Tensor value) {
        return value.ge(0).logicalAnd(value.lt(probs.size(-1))).logicalAnd(value.eq(value.floor()));
    }

    @Override
    String support() {
        return "0 to " + (probs.size(-1) - 1);
    }

    @Override
    Tensor density(Tensor value) {
        Shape shape = Shape.broadcast(value.shape(), batchShape());
        long[] wide = Arrays.copyOf(shape.toArray(), shape.rank() + 1);
        wide[shape.rank()] = probs.size(-1);
        Tensor index = value.to(DType.I64).expand(shape.toArray()).unsqueeze(-1);
        return logProbs.expand(wide).gather(-1, index).squeeze(-1);
    }

    @Override
    public Tensor entropy() {
        return probs.mul(logProbs.clampMin(-Float.MAX_VALUE)).sum(-1).neg();
    }

    /** Throws: the number of a class has no mean. */
    @Override
    public Tensor mean() {
        throw new UnsupportedOperationException("Categorical: the number of a class has no mean");
    }

    /** Throws: the number of a class has no variance. */
    @Override
    public Tensor variance() {
        throw new UnsupportedOperationException("Categorical: the number of a class has no variance");
    }

    @Override
    Tensor divergenceTo(Distribution other) {
        Categorical q = (Categorical) other;
        Tensor terms = probs.mul(logProbs.sub(q.logProbs));
        Tensor zero = Tensors.full(0, dtype());
        Tensor infinite = Tensors.full(Double.POSITIVE_INFINITY, dtype());
        Tensor possible = Tensors.where(q.probs.eq(0).expandAs(terms), infinite, terms);
        return Tensors.where(probs.eq(0).expandAs(terms), zero, possible).sum(-1);
    }
}
