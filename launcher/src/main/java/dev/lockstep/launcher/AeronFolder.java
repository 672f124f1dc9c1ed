package dev.lockstep.launcher;

import dev.lockstep.collectives.aeron.AeronFitness;
import dev.lockstep.collectives.aeron.AeronOptions;
import java.nio.file.Path;
import java.util.Optional;

/** Where Aeron keeps its buffers on this machine, whether it can, and whether a driver runs already. */
public final class AeronFolder {
    /** The environment variable with the folder of a driver that runs already. */
    static final String VARIABLE = "LOCKSTEP_AERON_DRIVER";

    private AeronFolder() {}

    /** {@return the folder of the driver that the environment names} */
    static Optional<Path> running() {
        return Optional.ofNullable(System.getenv(VARIABLE))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
    }

    /** {@return the options of every worker} */
    public static AeronOptions options() {
        AeronOptions options = AeronOptions.defaults(SharedFolder.path(), System::nanoTime, System::currentTimeMillis);
        return running().map(options::withDriver).orElse(options);
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
