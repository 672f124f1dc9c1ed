package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Update;

/**
 * The rules of optimizers that scale each element by its own history. Operands are read whole, changed element by
 * element, and written; a running mean is {@code fma(b, m, (1 - b) x)}, each other operation rounds once.
 */
final class AdaptiveKernels {
    private AdaptiveKernels() {}

    /** The operands as numbers, and the arithmetic of their dtype. */
    private static final class Operands {
        private final Arithmetic m;
        private final double[][] numbers;

        private Operands(Arithmetic m, double[][] numbers) {
            this.m = m;
            this.numbers = numbers;
        }

        Arithmetic m() {
            return m;
        }

        static Operands of(double weightDecay, Value... in) {
            double[][] numbers = new double[in.length][];
            for (int k = 0; k < in.length; k++) {
                numbers[k] = Elements.reals(in[k]);
            }
            Operands operands = new Operands(Arithmetic.of(in[0].dtype()), numbers);
            double decay = operands.m.round(weightDecay);
            for (int i = 0; i < numbers[0].length && decay != 0; i++) {
                numbers[1][i] = operands.m.fma(decay, numbers[0][i], numbers[1][i]);
            }
            return operands;
        }

        int count() {
            return numbers[0].length;
        }

        double[] at(int operand) {
            return numbers[operand];
        }

        /** Moves a running mean: {@code fma(share, mean, (1 - share) x)}. */
        double mean(double share, double mean, double x) {
            return m.fma(m.round(share), mean, m.mul(m.round(1 - share), x));
        }

        /** Writes all but the gradient. */
        void store(Value... in) {
            for (int k = 0; k < in.length; k++) {
                if (k != 1) {
                    UpdateKernels.store(in[k], numbers[k]);
                }
            }
        }
    }

    static void rmsProp(Update.RmsProp op, Value[] in) {
        Operands o = Operands.of(op.weightDecay(), in);
        Arithmetic m = o.m();
        double[] p = o.at(0);
        double[] g = o.at(1);
        double[] s = o.at(2);
        double eps = m.round(op.eps());
        double rate = m.round(-op.lr());
        int buffer = op.centered() ? 4 : 3;
        for (int i = 0; i < o.count(); i++) {
            s[i] = o.mean(op.alpha(), s[i], m.mul(g[i], g[i]));
            double square = s[i];
            if (op.centered()) {
                o.at(3)[i] = o.mean(op.alpha(), o.at(3)[i], g[i]);
                square = m.fma(-o.at(3)[i], o.at(3)[i], square);
            }
            double step = m.div(g[i], m.add(m.sqrt(square), eps));
            if (op.momentum() > 0) {
                step = m.fma(m.round(op.momentum()), o.at(buffer)[i], step);
                o.at(buffer)[i] = step;
            }
            p[i] = m.fma(rate, step, p[i]);
        }
        o.store(in);
    }

    static void adagrad(Update.Adagrad op, Value[] in) {
        Operands o = Operands.of(op.weightDecay(), in);
        Arithmetic m = o.m();
        double[] g = o.at(1);
        double[] s = o.at(2);
        double eps = m.round(op.eps());
        double rate = m.round(-op.rate());
        for (int i = 0; i < o.count(); i++) {
            s[i] = m.fma(g[i], g[i], s[i]);
            o.at(0)[i] = m.fma(rate, m.div(g[i], m.add(m.sqrt(s[i]), eps)), o.at(0)[i]);
        }
        o.store(in);
    }

    static void adadelta(Update.Adadelta op, Value[] in) {
        Operands o = Operands.of(op.weightDecay(), in);
        Arithmetic m = o.m();
        double[] g = o.at(1);
        double[] s = o.at(2);
        double[] a = o.at(3);
        double eps = m.round(op.eps());
        double rate = m.round(-op.lr());
        for (int i = 0; i < o.count(); i++) {
            s[i] = o.mean(op.rho(), s[i], m.mul(g[i], g[i]));
            double delta = m.mul(m.div(m.sqrt(m.add(a[i], eps)), m.sqrt(m.add(s[i], eps))), g[i]);
            a[i] = o.mean(op.rho(), a[i], m.mul(delta, delta));
            o.at(0)[i] = m.fma(rate, delta, o.at(0)[i]);
        }
        o.store(in);
    }

    static void adamax(Update.Adamax op, Value[] in) {
        Operands o = Operands.of(op.weightDecay(), in);
        Arithmetic m = o.m();
        double[] g = o.at(1);
        double[] mean = o.at(2);
        double[] u = o.at(3);
        double eps = m.round(op.eps());
        double rate = m.round(-op.rate());
        for (int i = 0; i < o.count(); i++) {
            mean[i] = o.mean(op.beta1(), mean[i], g[i]);
            u[i] = Math.max(m.mul(m.round(op.beta2()), u[i]), m.add(Math.abs(g[i]), eps));
            o.at(0)[i] = m.fma(rate, m.div(mean[i], u[i]), o.at(0)[i]);
        }
        o.store(in);
    }

    static void moments(Update.Moments op, Value[] in) {
        Operands o = Operands.of(op.weightDecay(), in);
        Arithmetic m = o.m();
        double[] g = o.at(1);
        double[] mean = o.at(2);
        double[] v = o.at(3);
        double eps = m.round(op.eps());
        double root = m.round(op.root());
        double ofGradient = m.round(op.gradientRate());
        double ofMean = m.round(op.momentRate());
        for (int i = 0; i < o.count(); i++) {
            mean[i] = o.mean(op.beta1(), mean[i], g[i]);
            v[i] = o.mean(op.beta2(), v[i], m.mul(g[i], g[i]));
            double step = m.fma(ofGradient, g[i], m.mul(ofMean, mean[i]));
            double divisor = root == 0 ? 1 : m.add(m.div(m.sqrt(v[i]), root), eps);
            o.at(0)[i] = m.sub(o.at(0)[i], m.div(step, divisor));
        }
        o.store(in);
    }

    static void lion(Update.Lion op, Value[] in) {
        Operands o = Operands.of(0, in);
        Arithmetic m = o.m();
        double[] p = o.at(0);
        double[] g = o.at(1);
        double[] mean = o.at(2);
        double kept = m.round(1 - op.lr() * op.weightDecay());
        double rate = m.round(-op.lr());
        for (int i = 0; i < o.count(); i++) {
            double direction = Math.signum(o.mean(op.beta1(), mean[i], g[i]));
            p[i] = m.fma(rate, direction, m.mul(p[i], kept));
            mean[i] = o.mean(op.beta2(), mean[i], g[i]);
        }
        o.store(in);
    }
}
