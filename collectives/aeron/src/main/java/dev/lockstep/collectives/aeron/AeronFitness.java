package dev.lockstep.collectives.aeron;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds out before anything is started whether a machine is fit for Aeron: a full folder would end the process. */
public final class AeronFitness {
    /** Counters, command buffers and logs of one driver. */
    private static final long DRIVER_BYTES = 16L << 20;

    private static final int TERMS = 3;
    private static final int CORES_MIN = 2;

    private AeronFitness() {}

    /**
     * {@return why {@code workers} workers, all in all, cannot use Aeron here; empty if they can}
     *
     * @param workersHere how many of them run on this machine
     * @param cores the processors of this machine
     */
    public static Optional<String> problem(AeronOptions options, int workers, int workersHere, int cores) {
        if (cores < CORES_MIN) {
            return Optional.of("Aeron moves data with a busy processor and there is only " + cores);
        }
        long streams = 2L * (workers - 1);
        long needed = workersHere * (DRIVER_BYTES + streams * TERMS * options.termBytes());
        return problem(options.folder(), needed);
    }

    private static Optional<String> problem(Path folder, long neededBytes) {
        try {
            long usable = Files.getFileStore(folder).getUsableSpace();
            return usable / 2 > neededBytes
                    ? Optional.empty()
                    : Optional.of("Aeron's buffers take " + neededBytes + " bytes, and " + folder + " has " + usable
                            + ", of which half is left to others");
        } catch (IOException e) {
            return Optional.of("Aeron's buffers cannot lie in " + folder + ": " + e);
        }
    }
}
