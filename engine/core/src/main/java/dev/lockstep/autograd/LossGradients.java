package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.backend.op.Loss.CrossEntropy;
import dev.lockstep.backend.op.Loss.CrossEntropyGrad;
import org.jspecify.annotations.Nullable;

/** The gradients of losses that are one kernel. */
final class LossGradients {
    private static final long LOGITS_AND_TARGET = 0b11;
    private static final long LOG_SUM_EXP = 0b10;

    private LossGradients() {}

    static Rule rule(Loss op) {
        return switch (op) {
            case CrossEntropy loss ->
                new Rule(LOGITS_AND_TARGET, LOG_SUM_EXP, 1, d -> new @Nullable Value[] {crossEntropy(d, loss), null});
            case CrossEntropyGrad gradient -> Rule.unsupported();
        };
    }

    private static Value crossEntropy(Derivation d, CrossEntropy op) {
        CrossEntropyGrad gradient = new CrossEntropyGrad(op.ignoreIndex(), op.labelSmoothing());
        return d.run(gradient, d.gradient(), d.input(0), d.input(1), d.output(1));
    }
}
