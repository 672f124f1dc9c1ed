package dev.lockstep.train;

import dev.lockstep.device.Device;
import dev.lockstep.optim.Optimizer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a program is run as: its settings and the ports to the rest of the job. The launcher installs one before it
 * calls the program's main method; a program started by hand gets a job of one worker. Immutable.
 *
 * @param settings the flags that belong to the job, whatever the program
 * @param reducer makes the reducer of one trainer; the job has one trainer at a time
 * @param log where progress goes
 * @param nanoClock a monotonic clock in nanoseconds, for durations only
 */
public record Job(Settings settings, Supplier<GradientReducer> reducer, StepLog log, LongSupplier nanoClock) {
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

    /**
     * Makes a job current, for the launcher and for tests; returns the one it replaces. In a job of more than one
     * worker an optimizer's {@code step} is refused: the workers' weights would part.
     */
    public static Job install(Job job) {
        if (job.settings().maxWorkers() > 1) {
            Optimizer.refuseDirectSteps("this job has several workers, whose weights would part:"
                    + " make the step by trainer.step(batch, closure)");
        } else {
            Optimizer.allowDirectSteps();
        }
        return CURRENT.getAndSet(job);
    }

    /** {@return a job of one worker that reduces in process and logs nowhere} */
    public static Job alone(Settings settings) {
        return new Job(settings, LocalReducer::new, StepLog.silent(), Job::systemNanos);
    }

    private static long systemNanos() {
        Instant now = InstantSource.system().instant();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    }
}
