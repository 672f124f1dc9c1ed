package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Update;
import java.util.Arrays;

/** In-place ops. Coefficients are computed in f64 and rounded once; see each rule for the roundings of an element. */
final class UpdateKernels {
    private UpdateKernels() {}

    static void run(Update op, Value[] in) {
        switch (op) {
            case Update.CopyInto() -> copyInto(in[0], in[1]);
            case Update.AddInto() -> addInto(in[0], in[1]);
            case Update.AddMatmulInto() -> addInto(in[0], ContractionKernels.matmul(in[1], in[2]));
            case Update.ProductSumInto() ->
                store(in[0], ContractionKernels.productSum(Arrays.copyOfRange(in, 1, in.length)));
            case Update.ScaleInto(double factor) -> scaleInto(factor, in[0]);
            case Update.Sgd sgd -> sgd(sgd, in);
            case Update.Adam adam -> adam(adam, in);
            case Update.RmsProp rule -> AdaptiveKernels.rmsProp(rule, in);
            case Update.Adagrad rule -> AdaptiveKernels.adagrad(rule, in);
            case Update.Adadelta rule -> AdaptiveKernels.adadelta(rule, in);
            case Update.Adamax rule -> AdaptiveKernels.adamax(rule, in);
            case Update.Moments rule -> AdaptiveKernels.moments(rule, in);
            case Update.Lion rule -> AdaptiveKernels.lion(rule, in);
        }
    }

    private static void copyInto(Value to, Value from) {
        Elements.copy(from, from.layout().expand(to.shape()), to, to.layout());
        to.storage().bumpVersion();
    }

    private static void addInto(Value to, Value from) {
        addInto(to, Elements.reals(from));
    }

    private static void addInto(Value to, double[] summand) {
        Arithmetic m = Arithmetic.of(to.dtype());
        double[] sum = Elements.reals(to);
        for (int i = 0; i < sum.length; i++) {
            sum[i] = m.add(sum[i], summand[i]);
        }
        store(to, sum);
    }

    private static void scaleInto(double factor, Value to) {
        Arithmetic m = Arithmetic.of(to.dtype());
        double rounded = m.round(factor);
        double[] numbers = Elements.reals(to);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = m.mul(numbers[i], rounded);
        }
        store(to, numbers);
    }

    /**
     * {@code d = fma(weightDecay, p, g)} (g itself where the decay is 0), {@code buf = fma(momentum, buf, (1 -
     * dampening) d)} (d at first), {@code d = nesterov ? fma(momentum, buf, d) : buf}, {@code p = fma(-lr, d, p)}.
     */
    private static void sgd(Update.Sgd op, Value[] in) {
        Arithmetic m = Arithmetic.of(in[0].dtype());
        double[] p = Elements.reals(in[0]);
        double[] d = Elements.reals(in[1]);
        double decay = m.round(op.weightDecay());
        for (int i = 0; i < d.length && decay != 0; i++) {
            d[i] = m.fma(decay, p[i], d[i]);
        }
        if (op.momentum() != 0) {
            momentum(op, m, d, in[2]);
        }
        double rate = m.round(-op.lr());
        for (int i = 0; i < p.length; i++) {
            p[i] = m.fma(rate, d[i], p[i]);
        }
        store(in[0], p);
    }

    private static void momentum(Update.Sgd op, Arithmetic m, double[] d, Value state) {
        double[] buffer = Elements.reals(state);
        double momentum = m.round(op.momentum());
        double fresh = m.round(1 - op.dampening());
        for (int i = 0; i < d.length; i++) {
            buffer[i] = op.first() ? d[i] : m.fma(momentum, buffer[i], m.mul(fresh, d[i]));
            d[i] = op.nesterov() ? m.fma(momentum, buffer[i], d[i]) : buffer[i];
        }
        store(state, buffer);
    }

    /**
     * {@code p = p (1 - lr decay)} if decoupled, else {@code g = fma(decay, p, g)} (neither where the decay is 0);
     * {@code m = fma(b1, m, (1 - b1) g)}, {@code v = fma(b2, v, (1 - b2) (g g))}, {@code p = fma(-lr / c1, m / (sqrt(v)
     * / sqrt(c2) + eps), p)}.
     */
    private static void adam(Update.Adam op, Value[] in) {
        Arithmetic a = Arithmetic.of(in[0].dtype());
        double[] p = Elements.reals(in[0]);
        double[] g = Elements.reals(in[1]);
        double[] m = Elements.reals(in[2]);
        double[] v = Elements.reals(in[3]);
        decay(op, a, p, g);
        double b1 = a.round(op.beta1());
        double b2 = a.round(op.beta2());
        double fresh1 = a.round(1 - op.beta1());
        double fresh2 = a.round(1 - op.beta2());
        double rate = a.round(-op.lr() / (1 - StrictMath.pow(op.beta1(), (double) op.step())));
        double root = a.round(Math.sqrt(1 - StrictMath.pow(op.beta2(), (double) op.step())));
        double eps = a.round(op.eps());
        for (int i = 0; i < p.length; i++) {
            m[i] = a.fma(b1, m[i], a.mul(fresh1, g[i]));
            v[i] = a.fma(b2, v[i], a.mul(fresh2, a.mul(g[i], g[i])));
            double divisor = a.add(a.div(a.sqrt(v[i]), root), eps);
            p[i] = a.fma(rate, a.div(m[i], divisor), p[i]);
        }
        store(in[0], p);
        store(in[2], m);
        store(in[3], v);
    }

    private static void decay(Update.Adam op, Arithmetic a, double[] p, double[] g) {
        double kept = a.round(1 - op.lr() * op.weightDecay());
        double decay = a.round(op.weightDecay());
        for (int i = 0; i < p.length && op.weightDecay() != 0; i++) {
            if (op.decoupled()) {
                p[i] = a.mul(p[i], kept);
            } else {
                g[i] = a.fma(decay, p[i], g[i]);
            }
        }
    }

    static void store(Value to, double[] numbers) {
        Elements.write(to, numbers);
        to.storage().bumpVersion();
    }
}
