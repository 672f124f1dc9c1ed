package dev.lockstep.cluster;

/** How far a living worker has come. */
public sealed interface WorkerStatus {

    /** The process runs and builds its model. */
    record Starting() implements WorkerStatus {}

    /**
     * It waits for a first generation.
     *
     * @param agreement what it must share with the others
     */
    record Ready(Agreement agreement) implements WorkerStatus {}

    /** It is a member of the current generation. */
    record Training() implements WorkerStatus {}

    /**
     * It has applied the last step.
     *
     * @param generation the generation in which it said so
     * @param lastStep the number of steps applied
     * @param weightsDigest the digest of its weights
     */
    record Done(long generation, long lastStep, String weightsDigest) implements WorkerStatus {}
}
