package dev.lockstep.distributions;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch of independent distributions, one an element of the parameters, which broadcast. Samples are drawn from the
 * random source of the training step, else from the default generator. Confined as its parameters are.
 */
public abstract sealed class Distribution
        permits Bernoulli, Beta, Categorical, Exponential, Gamma, LocationScale, Uniform {
    private final Shape batchShape;
    private final DType dtype;

    Distribution(Shape batchShape, DType dtype) {
        this.batchShape = batchShape;
        this.dtype = dtype;
    }

    /** {@return the shape of the parameters, and of one sample} */
    public final Shape batchShape() {
        return batchShape;
    }

    final DType dtype() {
        return dtype;
    }

    /** Draws samples without gradients: [sampleShape..., batch shape...]. */
    public final Tensor sample(long... sampleShape) {
        long[] sizes = sizes(sampleShape);
        return Tensors.noGrad(() -> draw(sizes));
    }

    /**
     * Draws samples that have gradients for the parameters (Kingma and Welling 2014): [sampleShape..., batch shape...].
     *
     * @throws UnsupportedOperationException if the samples are whole numbers
     */
    public final Tensor rsample(long... sampleShape) {
        if (!hasRsample()) {
            throw new UnsupportedOperationException(
                    name() + ": its samples are whole numbers, which have no gradients; use sample and logProb");
        }
        return draw(sizes(sampleShape));
    }

    /** {@return whether samples have gradients for the parameters} */
    public boolean hasRsample() {
        return true;
    }

    /**
     * Gives the logarithm of the density, or of the probability, of values that broadcast with the batch shape.
     *
     * @throws IllegalArgumentException if a value cannot occur
     */
    public final Tensor logProb(Tensor value) {
        Tensor inside = Tensors.noGrad(() -> supports(value).all());
        if (inside.item() == 0) {
            throw new IllegalArgumentException(name() + ": logProb of a value that cannot occur, in " + value.dtype()
                    + value.shape() + "; possible are " + support());
        }
        return density(value);
    }

    /** Gives the entropy in nats, of the batch shape. */
    public abstract Tensor entropy();

    /** Gives the mean, of the batch shape. */
    public abstract Tensor mean();

    /** Gives the variance, of the batch shape. */
    public abstract Tensor variance();

    /** Gives the standard deviation, of the batch shape. */
    public final Tensor stddev() {
        return variance().sqrt();
    }

    /**
     * Gives the divergence of Kullback and Leibler (1951) of q from p, of their batch shapes: the mean of {@code log p
     * - log q} under p.
     *
     * @throws UnsupportedOperationException if they are not of one kind
     */
    public static Tensor klDivergence(Distribution p, Distribution q) {
        if (p.getClass() != q.getClass()) {
            throw new UnsupportedOperationException(
                    "klDivergence: of two " + p.name() + " or two " + q.name() + ", not of one and the other");
        }
        return p.divergenceTo(q);
    }

    /** Draws samples of these sizes, recorded if a parameter is and they have gradients. */
    abstract Tensor draw(long... sizes);

    /** Tells, element by element, which values may occur. */
    abstract Tensor supports(Tensor value);

    /** Says which values may occur. */
    abstract String support();

    abstract Tensor density(Tensor value);

    /** Gives the divergence from another one of the same class. */
    abstract Tensor divergenceTo(Distribution other);

    final String name() {
        return getClass().getSimpleName();
    }

    private long[] sizes(long... sampleShape) {
        long[] all = Arrays.copyOf(sampleShape, sampleShape.length + batchShape.rank());
        System.arraycopy(batchShape.toArray(), 0, all, sampleShape.length, batchShape.rank());
        return all;
    }

    /** Brings parameters to one shape. */
    static List<Tensor> broadcast(Tensor... parameters) {
        Shape shape = Shape.of();
        for (Tensor parameter : parameters) {
            shape = Shape.broadcast(shape, parameter.shape());
        }
        List<Tensor> all = new ArrayList<>();
        for (Tensor parameter : parameters) {
            all.add(parameter.expand(shape.toArray()));
        }
        return all;
    }

    /** Refuses parameters that are not above zero. */
    static Tensor positive(String what, Tensor parameter) {
        return checked(what + " must be positive", parameter, parameter.gt(0));
    }

    static Tensor checked(String what, Tensor parameter, Tensor holds) {
        boolean fits = parameter.dtype().isFloating()
                && Tensors.noGrad(() -> holds.all().item()) != 0;
        if (!fits) {
            throw new IllegalArgumentException(what + ", got " + parameter);
        }
        return parameter;
    }

    /** Draws from U(0, 1), zero possible. */
    final Tensor uniform(long... sizes) {
        return Tensors.rand(sizes).to(dtype);
    }
}
