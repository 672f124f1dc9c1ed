package dev.lockstep.backend.op;

/** Losses that are one kernel. */
public sealed interface Loss extends Op {
    /**
     * Cross-entropy of each row: (logits [N, C], target i64 [N]) to (loss [N], logSumExp [N]). A row whose target is
     * {@code ignoreIndex} has loss 0. With smoothing e: {@code (1 - e) * nll + e * mean over c of -logSoftmax}.
     */
    record CrossEntropy(long ignoreIndex, double labelSmoothing) implements Loss {}

    /** Gradient of {@link CrossEntropy}: (g [N], logits, target, logSumExp) to the gradient of the logits. */
    record CrossEntropyGrad(long ignoreIndex, double labelSmoothing) implements Loss {}
}
