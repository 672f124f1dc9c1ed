package dev.lockstep.train;

import dev.lockstep.device.Device;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * What a program is run as: its settings and the ports to the rest of the job. The launcher installs one before it calls the program's main
 * method; a program started by hand gets a job of one worker. Immutable.
 *
 * @param settings the flags that belong to the job, whatever the program
 * @param reducer makes the reducer of one trainer; the job has one trainer at a time
 * @param log where progress goes
 */
public record Job(Settings settings, Supplier<GradientReducer> reducer, StepLog log) {
    private static final AtomicReference<Job> CURRENT = new AtomicReference<>(alone(Settings.defaults()));

    /**
     * The flags of {@code lockstep run} that a trainer heeds.
     *
     * @param virtualRanks V, or 0 to choose by the rule of {@link VirtualRankRule}
     * @param maxWorkers the largest number of workers the job's flags allow
     * @param threads compute threads of this worker
     * @param seed the job's seed
     * @param device where tensors live
     * @param logEvery how many steps lie between two progress events
     */
    public record Settings(int virtualRanks, int maxWorkers, int threads, long seed, Device device, int logEvery) {
        /** {@return one worker on one thread, seed 0, on the processor} */
        public static Settings defaults() {
            return new Settings(0, 1, 1, 0, Device.CPU, 10);
        }
    }

    /** {@return the job this process runs} */
    public static Job current() {
        return CURRENT.get();
    }

    /** Makes a job current, for the launcher and for tests; returns the one it replaces. */
    public static Job install(Job job) {
        return CURRENT.getAndSet(job);
    }

    /** {@return a job of one worker that reduces in process and logs nowhere} */
    public static Job alone(Settings settings) {
        return new Job(settings, LocalReducer::new, SilentLog.INSTANCE);
    }
}
