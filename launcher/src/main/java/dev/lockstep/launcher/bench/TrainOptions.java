package dev.lockstep.launcher.bench;

import dev.lockstep.layout.DType;
import dev.lockstep.train.CommHook;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The flags of {@code bench train}.
 *
 * @param task the workload
 * @param batch rows of a batch, of each worker
 * @param length how long to train
 * @param crew who computes
 * @param seed of the weights, and of the data where there is no folder
 * @param data the folder with the data
 * @param init the file with the first weights
 * @param products the dtype that products round their factors to, as {@link dev.lockstep.tensor.Autocast} says
 * @param compression in which form gradients cross virtual ranks
 */
public record TrainOptions(
        TrainTask task,
        int batch,
        Length length,
        Crew crew,
        long seed,
        Optional<Path> data,
        Optional<Path> init,
        DType products,
        CommHook compression) {
    /**
     * How long a run is. There is one step at least.
     *
     * @param steps the most steps it makes
     * @param seconds no step begins once so many were over, since the first began, in the one before
     */
    public record Length(int steps, double seconds) {
        /** {@return as many steps, however long they take} */
        public static Length ofSteps(int steps) {
            return new Length(steps, Double.POSITIVE_INFINITY);
        }

        /** {@return as many steps as fit into the time} */
        public static Length ofSeconds(double seconds) {
            return new Length(Integer.MAX_VALUE, seconds);
        }

        boolean isTimed() {
            return seconds < Double.POSITIVE_INFINITY;
        }

        boolean isOver(int stepsDone, double secondsPast) {
            return stepsDone >= steps || (stepsDone > 0 && secondsPast >= seconds);
        }

        /** {@return whether the second half has begun, in which compilers have little left to do} */
        boolean isHalfOver(int stepsDone, double secondsPast) {
            return stepsDone >= steps / 2 || secondsPast >= seconds / 2;
        }
    }

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
