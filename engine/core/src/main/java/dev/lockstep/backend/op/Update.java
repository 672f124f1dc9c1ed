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
}
