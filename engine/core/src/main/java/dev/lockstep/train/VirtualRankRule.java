package dev.lockstep.train;

/**
 * Chooses the default number of virtual ranks: the larger of the largest power of two that is at most 16 and leaves 32
 * samples of the global batch each, and the largest number of workers the job allows, rounded up to a power of two.
 * Never a matter of the machine.
 */
public final class VirtualRankRule {
    private static final int MOST_BY_BATCH = 16;
    private static final int SAMPLES_EACH = 32;

    private VirtualRankRule() {}

    /** {@return V for a global batch and the largest number of workers; both at least 1} */
    public static int choose(long globalBatch, int maxWorkers) {
        if (globalBatch < 1 || maxWorkers < 1) {
            throw new IllegalArgumentException(
                    "virtual ranks: batch " + globalBatch + " and workers " + maxWorkers + " must be at least 1");
        }
        long byBatch = Math.min(MOST_BY_BATCH, Math.max(1, Long.highestOneBit(globalBatch / SAMPLES_EACH)));
        int byWorkers = maxWorkers == 1 ? 1 : Integer.highestOneBit(maxWorkers - 1) * 2;
        return (int) Math.max(byBatch, byWorkers);
    }
}
