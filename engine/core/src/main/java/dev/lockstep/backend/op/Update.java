package dev.lockstep.backend.op;

/**
 * In-place operations: they write their first inputs, bump the storages' versions, and return no outputs. Never
 * recorded by autograd. The scalars of a step (learning rate, bias corrections) are part of the record: the kernel does
 * not depend on their values.
 */
public sealed interface Update extends Op {
    /** Writes src over dst: (dst, src broadcast to dst). dtypes equal. */
    record CopyInto() implements Update {}

    /** Adds in place: (dst, src), same shape, floating dtype. */
    record AddInto() implements Update {}

    /**
     * Adds a matrix product in place: (dst [M, N] in C order, left [M, K], right [K, N]), one floating dtype. The bits
     * are those of a {@link Contraction.Matmul} and an {@link AddInto} of its result.
     */
    record AddMatmulInto() implements Update {}

    /**
     * Writes a sum of matrix products: (dst [M, N] in C order, then factors as of a {@link Contraction.ProductSum},
     * whose bits it has).
     */
    record ProductSumInto() implements Update {}

    /** Multiplies in place by a number: (dst). */
    record ScaleInto(double factor) implements Update {}

    /**
     * SGD as torch's: (p, g, momentum buffer). {@code d = g + weightDecay * p; buf = first ? d : momentum * buf + (1 -
     * dampening) * d;} {@code d = nesterov ? d + momentum * buf : buf; p -= lr * d}. Without momentum the buffer is not
     * an input.
     */
    record Sgd(double lr, double momentum, double dampening, double weightDecay, boolean nesterov, boolean first)
            implements Update {}

    /**
     * Adam and AdamW as torch's: (p, g, m, v). {@code decoupled} scales p by {@code 1 - lr * weightDecay}, else
     * {@code g += weightDecay * p}; {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= lr / c1 * m / (sqrt(v)
     * / sqrt(c2) + eps)} with c = 1 - b^step.
     */
    record Adam(double lr, double beta1, double beta2, double eps, double weightDecay, boolean decoupled, long step)
            implements Update {}

    /**
     * RMSprop as torch's: (p, g, s[, a if centered][, b if momentum]). {@code g += weightDecay p; s = alpha s + (1 -
     * alpha) g^2; a = alpha a + (1 - alpha) g; d = g / (sqrt(s - a^2) + eps); b = momentum b + d; p -= lr b}.
     */
    record RmsProp(double lr, double alpha, double eps, double weightDecay, double momentum, boolean centered)
            implements Update {}

    /** Adagrad as torch's: (p, g, s). {@code g += weightDecay p; s += g^2; p -= rate g / (sqrt(s) + eps)}. */
    record Adagrad(double rate, double eps, double weightDecay) implements Update {}

    /**
     * Adadelta as torch's: (p, g, s, a). {@code g += weightDecay p; s = rho s + (1 - rho) g^2; d = sqrt(a + eps) /
     * sqrt(s + eps) g; a = rho a + (1 - rho) d^2; p -= lr d}.
     */
    record Adadelta(double lr, double rho, double eps, double weightDecay) implements Update {}

    /**
     * Adamax as torch's: (p, g, m, u). {@code g += weightDecay p; m = b1 m + (1 - b1) g; u = max(b2 u, |g| + eps); p -=
     * rate m / u}.
     */
    record Adamax(double rate, double beta1, double beta2, double eps, double weightDecay) implements Update {}

    /**
     * Adam's moments with coefficients of a step from outside, for NAdam and RAdam: (p, g, m, v). {@code g +=
     * weightDecay p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= (gradientRate g + momentRate m) / (sqrt(v) /
     * root + eps)}; without the division where root is 0.
     */
    record Moments(
            double beta1,
            double beta2,
            double weightDecay,
            double gradientRate,
            double momentRate,
            double root,
            double eps)
            implements Update {}

    /**
     * Lion (Chen et al. 2023, algorithm 2): (p, g, m). {@code p = (1 - lr weightDecay) p - lr sign(b1 m + (1 - b1) g);
     * m = b2 m + (1 - b2) g}.
     */
    record Lion(double lr, double beta1, double beta2, double weightDecay) implements Update {}
}
