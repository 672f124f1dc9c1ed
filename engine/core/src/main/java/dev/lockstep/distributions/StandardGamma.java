package dev.lockstep.distributions;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.SpecialMath;
import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gamma samples of rate 1, by rejection (Marsaglia and Tsang 2000), whose gradient for the concentration is implicit
 * (Figurnov, Mohamed and Mnih 2018): {@code -dF/da / p} with F the probability of a smaller value and p the density.
 */
final class StandardGamma implements CustomOp {
    /** Three of four are accepted at worst, so none is left after a few dozens. */
    private static final int MOST_ROUNDS = 200;

    private static final int MOST_TERMS = 1_000_000;
    private static final double NEGLIGIBLE = 1e-18;

    private final Value sample;

    private StandardGamma(Value sample) {
        this.sample = sample;
    }

    static Tensor sample(Tensor concentration) {
        try (Scope scope = Scope.open("gamma")) {
            Tensor drawn = Tensors.noGrad(() -> drawn(concentration.detach()));
            StandardGamma op = new StandardGamma(drawn.value().alias());
            return scope.escape(Tensors.execute(op, concentration).getFirst());
        }
    }

    private static Tensor drawn(Tensor concentration) {
        long[] sizes = concentration.shape().toArray();
        DType dtype = concentration.dtype();
        Tensor below = concentration.lt(1);
        Tensor d = Tensors.where(below, concentration.add(1.0), concentration).sub(1 / 3.0);
        Tensor c = d.mul(9.0).rsqrt();
        Tensor result = Tensors.full(Double.NaN, dtype, sizes);
        for (int round = 0; round < MOST_ROUNDS && result.isNan().any().item() != 0; round++) {
            Tensor x = Tensors.randn(sizes).to(dtype);
            Tensor v = x.mul(c).add(1.0).pow(3);
            Tensor bound = x.square().mul(0.5).add(d).sub(d.mul(v)).add(d.mul(v.log()));
            Tensor accepted = v.gt(0).logicalAnd(uniform(dtype, sizes).log().lt(bound));
            result = Tensors.where(result.isNan().logicalAnd(accepted), d.mul(v), result);
        }
        Tensor shrunk = result.mul(uniform(dtype, sizes).pow(concentration.reciprocal()));
        return Tensors.where(below, shrunk, result).clampMin(dtype == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL);
    }

    /** Draws from U(0, 1), zero impossible. */
    private static Tensor uniform(DType dtype, long... sizes) {
        return Tensors.rand(sizes).neg().add(1.0).to(dtype);
    }

    @Override
    public String label() {
        return "standardGamma";
    }

    /** The sample is there already. */
    @Override
    public Value[] forward(Backend backend, Value... inputs) {
        return new Value[] {sample};
    }

    @Override
    public @Nullable Value[] backward(
            Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        @Nullable Value gradient = gradients[0];
        if (gradient == null) {
            return new @Nullable Value[1];
        }
        if (GradMode.isEnabled()) {
            throw new UnsupportedOperationException("standardGamma: its implicit gradient has no gradient itself");
        }
        try (Scope _ = Scope.open("gamma backward")) {
            Tensor concentration = Tensor.wrap(inputs.get(0).alias());
            double[] a = concentration.toDoubleArray();
            double[] z = Tensor.wrap(outputs.get(0).alias()).toDoubleArray();
            double[] slopes = new double[a.length];
            for (int i = 0; i < a.length; i++) {
                slopes[i] = slope(a[i], z[i]);
            }
            Tensor slope = Tensors.of(
                    slopes, concentration.dtype(), concentration.shape().toArray());
            return new @Nullable Value[] {
                Tensor.wrap(gradient.alias()).mul(slope).keep().value()
            };
        }
    }

    /**
     * Computes how a sample moves with the concentration: with {@code t_k = z^(a + k) e^-z / gamma(a + k + 1)}, whose
     * sum is F, {@code -dF/da / p = -(z / a) sum (t_k / t_0) (log z - digamma(a + k + 1))}.
     */
    static double slope(double a, double z) {
        double log = StrictMath.log(z);
        double term = 1;
        double digamma = SpecialMath.digamma(a + 1);
        double sum = 0;
        double whole = 0;
        for (int k = 0; k < MOST_TERMS && term > NEGLIGIBLE * whole; k++) {
            sum += term * (log - digamma);
            whole += term;
            term *= z / (a + k + 1);
            digamma += 1 / (a + k + 1);
        }
        return -z / a * sum;
    }
}
