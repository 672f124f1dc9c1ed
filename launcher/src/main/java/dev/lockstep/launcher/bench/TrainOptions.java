package dev.lockstep.launcher.bench;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The flags of {@code bench train}.
 *
 * @param task the workload
 * @param batch rows of a batch, of each worker
 * @param steps how many steps to make
 * @param crew who computes
 * @param seed of the weights, and of the data where there is no folder
 * @param data the folder with the data
 * @param init the file with the first weights
 */
public record TrainOptions(
        TrainTask task, int batch, int steps, Crew crew, long seed, Optional<Path> data, Optional<Path> init) {
    /**
     * Who computes.
     *
     * @param workers processes
     * @param threads compute threads of each
     * @param virtualRanks slices of the global batch
     */
    public record Crew(int workers, int threads, int virtualRanks) {}

    /** {@return rows of the global batch} */
    public int globalBatch() {
        return batch * crew.workers();
    }
}
