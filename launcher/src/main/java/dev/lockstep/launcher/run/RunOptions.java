package dev.lockstep.launcher.run;

import dev.lockstep.launcher.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The flags of {@code run}.
 *
 * @param program what to run
 * @param job what belongs to the job
 * @param worker how workers are started
 * @param cluster how machines come together
 * @param output what is shown
 */
public record RunOptions(
        ProgramOptions program, JobOptions job, WorkerOptions worker, ClusterOptions cluster, Output output) {
    /**
     * The program.
     *
     * @param target its name, file or class
     * @param classPath where its classes are, empty if not given
     * @param arguments its own arguments
     */
    public record ProgramOptions(String target, String classPath, List<String> arguments) {
        /** Copies the arguments. */
        public ProgramOptions {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * The job.
     *
     * @param virtualRanks V, or 0 to choose by the rule
     * @param seed its seed
     * @param device where tensors live
     * @param connection how workers are connected
     * @param collectiveTimeout how long a collective may wait
     * @param kill a worker that kills itself, for tests
     */
    public record JobOptions(
            int virtualRanks,
            long seed,
            String device,
            Connection connection,
            Duration collectiveTimeout,
            Optional<Kill> kill) {}

    /**
     * How workers are connected.
     *
     * @param transport {@code auto}, {@code shm}, {@code tcp} or {@code aeron}
     * @param sockets TCP connections a pair
     * @param tls what they are encrypted with
     */
    public record Connection(String transport, int sockets, TlsFiles tls) {}

    /**
     * A fault to inject: {@code kill=rR@stepS}.
     *
     * @param rank the worker, by its local rank
     * @param step when
     */
    public record Kill(int rank, long step) {}

    /**
     * The workers of this machine.
     *
     * @param count how many
     * @param threads compute threads of each, or 0 for the cores divided by the workers
     * @param heap the limit of the heap of each
     * @param jvmOptions further options of their JVMs
     * @param cpuIsa the highest instruction set, empty for what the processor has
     */
    public record WorkerOptions(int count, int threads, String heap, List<String> jvmOptions, String cpuIsa) {
        /** Copies the options. */
        public WorkerOptions {
            jvmOptions = List.copyOf(jvmOptions);
        }

        /** {@return compute threads of each worker} */
        public int threadsEach() {
            return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / count);
        }
    }

    /**
     * The machines.
     *
     * @param machines how many
     * @param rendezvous where they meet, {@code host:port}, empty on one machine
     * @param tokenFile the file with the job's secret
     * @param rendezvousTimeout how long to wait for all of them
     * @param machineTimeout the silence after which a machine counts as lost
     */
    public record ClusterOptions(
            int machines,
            String rendezvous,
            Optional<Path> tokenFile,
            Duration rendezvousTimeout,
            Duration machineTimeout) {}

    /**
     * What is written and shown.
     *
     * @param runDir the run folder, or empty for {@code runs/ID}
     * @param runId the run's id, empty to make one
     * @param json whether standard output is JSON lines
     * @param logEvery steps between two progress events
     * @param verbosity -1 quiet, 0 normal, 1 verbose
     * @param progress whether a progress bar may be drawn
     */
    public record Output(
            Optional<Path> runDir, String runId, boolean json, int logEvery, int verbosity, boolean progress) {
        /** {@return whether stack traces and workers' standard error are shown} */
        public boolean isVerbose() {
            return verbosity > 0;
        }
    }
}
