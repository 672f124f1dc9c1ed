package dev.lockstep.launcher;

import dev.lockstep.collectives.aeron.AeronFitness;
import dev.lockstep.collectives.aeron.AeronOptions;

/** Where Aeron keeps its buffers on this machine, and whether it can. */
public final class AeronFolder {
    private AeronFolder() {}

    /** {@return the options of every worker} */
    public static AeronOptions options() {
        return AeronOptions.defaults(SharedFolder.path(), System::nanoTime);
    }

    /**
     * Makes sure that {@code workers} workers, all of which may be on this machine, can use Aeron here.
     *
     * @throws LaunchException saying why they cannot
     */
    public static void require(int workers) {
        int cores = Runtime.getRuntime().availableProcessors();
        AeronFitness.problem(options(), workers, workers, cores).ifPresent(problem -> {
            throw new LaunchException(ExitCode.ENVIRONMENT, "--transport aeron: " + problem + "; use tcp");
        });
    }
}
