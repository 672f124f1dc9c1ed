package dev.lockstep.launcher.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.TlsFiles;
import dev.lockstep.launcher.link.AgentMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What every machine of a job runs; {@code job.json} in the run folder tells it to machines that join. It holds no
 * secret.
 *
 * @param runName the run's id, for people
 * @param runId the run, 32 hexadecimal digits
 * @param attempt the number of this start of it
 * @param logs the attempt's log folder, below the run folder
 * @param machines how many machines the job begins with
 * @param workers how many workers each machine runs
 * @param program what a worker runs
 * @param worker how a worker is started
 * @param job the job's flags
 */
public record Workload(
        String runName,
        String runId,
        int attempt,
        String logs,
        int machines,
        int workers,
        ProgramPart program,
        WorkerPart worker,
        JobPart job) {
    /** The file's name in the run folder. */
    public static final String FILE = "job.json";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /**
     * What a worker runs.
     *
     * @param mainClass the main class
     * @param classPath what it needs beside Lockstep, at the same place on every machine
     * @param arguments its own arguments
     */
    public record ProgramPart(String mainClass, List<String> classPath, List<String> arguments) {
        /** Copies the lists. */
        public ProgramPart {
            classPath = List.copyOf(classPath);
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * How a worker is started.
     *
     * @param threads its compute threads
     * @param heap the limit of its heap
     * @param jvmOptions further options of its JVM
     * @param cpuIsa the highest instruction set, empty for what the processor has
     */
    public record WorkerPart(int threads, String heap, List<String> jvmOptions, String cpuIsa) {
        /** Copies the list. */
        public WorkerPart {
            jvmOptions = List.copyOf(jvmOptions);
        }
    }

    /**
     * The job's flags.
     *
     * @param virtualRanks V, or 0 to choose by the rule
     * @param seed its seed
     * @param device where tensors live
     * @param logEvery steps between two progress events
     * @param transport how workers are connected: {@code auto}, {@code shm}, {@code tcp} or {@code aeron}
     * @param sockets TCP connections a pair of workers
     * @param tls whether they are encrypted; each machine has files of its own for that
     * @param collectiveTimeoutMillis how long a collective may wait
     */
    public record JobPart(
            int virtualRanks,
            long seed,
            String device,
            int logEvery,
            String transport,
            int sockets,
            boolean tls,
            long collectiveTimeoutMillis) {}

    /**
     * What only this machine may know.
     *
     * @param token the job's secret
     * @param tls the files that its workers show and believe
     */
    public record Secrets(String token, TlsFiles tls) {}

    /**
     * A machine that runs the workload.
     *
     * @param agent its agent
     * @param host its name
     * @param listen the address on which its workers' data planes listen
     * @param secrets what is not in the run folder
     * @param runFolder the run folder
     * @param logs the folder of its logs
     * @param killRank the local rank that kills itself, for tests; -1 for none
     * @param killAtStep the step at which it does
     */
    public record Site(
            dev.lockstep.cluster.AgentId agent,
            String host,
            String listen,
            Secrets secrets,
            Path runFolder,
            Path logs,
            int killRank,
            long killAtStep) {}

    /** {@return whether this is the workload of an attempt} */
    public boolean isOf(AttemptId id) {
        return runId.equals(id.runId()) && attempt == id.number();
    }

    /** {@return what the agent of a machine is to do} */
    public AgentSetup on(Site site, Installation installation) {
        List<Path> classPath = Stream.concat(
                        installation.classPath().stream(),
                        program.classPath().stream().map(Path::of))
                .toList();
        WorkerCommand command = new WorkerCommand(
                installation.java(), classPath, installation.workerArchive(), worker.heap(), worker.jvmOptions());
        return new AgentSetup(
                site.agent(),
                site.host(),
                workers,
                command,
                environment(site),
                rank -> new AgentMessage.Welcome(program.mainClass(), program.arguments(), flags(site, rank)),
                site.logs());
    }

    private Map<String, String> environment(Site site) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "LOCKSTEP_RUN_ID", runName,
                "LOCKSTEP_ATTEMPT", Integer.toString(attempt),
                "LOCKSTEP_RUN_DIR", site.runFolder().toString(),
                "WORLD_SIZE", Integer.toString(machines * workers)));
        if (!worker.cpuIsa().isEmpty()) {
            environment.put("LOCKSTEP_CPU_ISA", worker.cpuIsa());
        }
        return environment;
    }

    private AgentMessage.JobFlags flags(Site site, int rank) {
        return new AgentMessage.JobFlags(
                job.virtualRanks(),
                machines * workers,
                worker.threads(),
                job.seed(),
                job.device(),
                job.logEvery(),
                site.listen(),
                runId,
                attempt,
                site.secrets().token(),
                job.transport(),
                job.sockets(),
                site.secrets().tls(),
                job.collectiveTimeoutMillis(),
                rank == site.killRank() ? site.killAtStep() : -1);
    }

    /** {@return the content of {@code job.json}} */
    public String toJson() {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new AssertionError("workload: " + this, e);
        }
    }

    /**
     * Reads the workload of a run folder.
     *
     * @return the workload, or empty if it is not there yet
     * @throws LaunchException if the file is damaged
     */
    public static Optional<Workload> read(Path runFolder) {
        Path file = runFolder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(MAPPER.readValue(file.toFile(), Workload.class));
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
