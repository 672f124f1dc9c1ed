package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Elementwise.Cast;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.backend.op.Loss.CrossEntropy;
import dev.lockstep.backend.op.Loss.CrossEntropyGrad;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.layout.Shape;
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

    /**
     * {@code g (softmax - (1 - smoothing) oneHot - smoothing / C)}, zero in ignored rows: a chain that differentiates.
     */
    private static Value recorded(Derivation d, CrossEntropy op) {
        Value logits = d.input(0);
        long rows = logits.shape().size(0);
        long classes = logits.shape().size(1);
        Value target = d.reshape(d.input(1), Shape.of(rows, 1));
        Value numbers = d.run(new Creation.Arange(classes, target.dtype(), 0, 1));
        Value oneHot = d.run(new Cast(logits.dtype()), d.binary(BinaryKind.EQ, target, numbers));
        Value counted = d.scalar(BinaryKind.NE, target, op.ignoreIndex());
        Value wanted = d.add(d.mul(oneHot, 1 - op.labelSmoothing()), op.labelSmoothing() / classes);
        Value difference = d.sub(d.run(new Reduction.Softmax(1, false), logits), wanted);
        return d.masked(counted, d.mul(difference, d.reshape(d.gradient(), Shape.of(rows, 1))));
    }

    private static Value crossEntropy(Derivation d, CrossEntropy op) {
        if (d.isRecording()) {
            return recorded(d, op);
        }
        CrossEntropyGrad gradient = new CrossEntropyGrad(op.ignoreIndex(), op.labelSmoothing());
        return d.run(gradient, d.gradient(), d.input(0), d.input(1), d.output(1));
    }
}
