package dev.lockstep.examples;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Tensor;

/** Metrics that the examples report. */
final class Metrics {
    private Metrics() {}

    /** {@return the share of rows whose largest logit is at the target; logits [N, C], target [N]} */
    static double accuracy(Tensor logits, Tensor target) {
        return logits.detach().argmax(1).eq(target).to(DType.F32).mean().item();
    }
}
