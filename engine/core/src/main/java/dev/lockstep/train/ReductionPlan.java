package dev.lockstep.train;

import java.util.List;

/**
 * What every worker of a job must agree on before its first step.
 *
 * @param virtualRanks V, fixed for the life of the job
 * @param tensors what is reduced: gradients in order of registration, then buffers in order of registration
 * @param hook the form in which gradients cross virtual ranks, with all its options, in words
 * @param numericsFingerprint versions and instruction set; equal fingerprints promise equal bits
 */
public record ReductionPlan(int virtualRanks, List<TensorSpec> tensors, String hook, String numericsFingerprint) {
    /** Copies the list and checks V. */
    public ReductionPlan {
        tensors = List.copyOf(tensors);
        if (virtualRanks < 1) {
            throw new IllegalArgumentException("virtual ranks: " + virtualRanks + " is less than 1");
        }
    }
}
