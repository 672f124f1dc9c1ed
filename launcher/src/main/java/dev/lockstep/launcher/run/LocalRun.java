package dev.lockstep.launcher.run;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.InMemoryRegister;
import dev.lockstep.cluster.JobSpec;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.agent.Agent;
import dev.lockstep.launcher.agent.AgentSetup;
import dev.lockstep.launcher.agent.LocalControl;
import dev.lockstep.launcher.agent.WorkerCommand;
import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.program.Program;
import dev.lockstep.launcher.program.Programs;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs a job on this machine alone: agent and coordinator in this process, workers below it. */
public final class LocalRun {
    private static final Clock CLOCK = Clock.systemUTC();

    private final RunOptions options;
    private final Installation installation;
    private final String id = randomHex(16);

    /** Prepares a run; nothing is written or started yet. */
    public LocalRun(RunOptions options, Installation installation) {
        this.options = options;
        this.installation = installation;
    }

    /**
     * Runs the job to its end.
     *
     * @return the exit code of the command
     * @throws LaunchException if it cannot be started, with what to do about it
     */
    public int run() {
        Programs.requireReadable(options.program().target());
        Path scratch = options.output().runDir().orElse(Path.of("runs"));
        Program named = options.program().target().endsWith(".java") ? null : find(scratch);
        String runId = runId(named == null ? baseName(options.program().target()) : named.name());
        RunFolder folder = RunFolder.create(options.output().runDir().orElse(Path.of("runs", runId)));
        Program program = named == null ? find(folder.classes()) : named;
        Manifest manifest =
                new Manifest(folder, options, runId, Instant.now(CLOCK).toString());
        manifest.begin();
        int exitCode = ExitCode.ENVIRONMENT;
        try (Console console = Console.open(options, folder, System::nanoTime)) {
            console.display().banner(runId, folder, options);
            exitCode = supervise(program, folder, runId, console);
            console.log().done(exitCode);
        } finally {
            manifest.end(exitCode, Instant.now(CLOCK).toString());
        }
        return exitCode;
    }

    private int supervise(Program program, RunFolder folder, String runId, Console console) {
        JobSpec.Timeouts defaults = JobSpec.Timeouts.DEFAULT;
        JobSpec job = new JobSpec(
                new AttemptId(id, folder.attempt()),
                1,
                options.worker().count(),
                new JobSpec.Timeouts(
                        options.cluster().rendezvousTimeout(), defaults.oneWitness(), defaults.twoWitnesses()));
        Agent agent = new Agent(
                setup(program, folder, runId),
                console.log(),
                self -> new LocalControl(job, new InMemoryRegister(), self::decided, System::nanoTime),
                System::nanoTime);
        Signals.handToAgent(agent);
        return agent.run();
    }

    private AgentSetup setup(Program program, RunFolder folder, String runId) {
        RunOptions.WorkerOptions worker = options.worker();
        List<Path> classPath = Stream.concat(installation.classPath().stream(), program.classPath().stream())
                .toList();
        WorkerCommand command = new WorkerCommand(
                installation.java(), classPath, installation.workerCache(), worker.heap(), worker.jvmOptions());
        String token = randomHex(16);
        return new AgentSetup(
                new AgentId(randomHex(16)),
                hostName(),
                worker.count(),
                command,
                environment(folder, runId),
                rank -> new AgentMessage.Welcome(
                        program.mainClass(), options.program().arguments(), flags(rank, folder, token)),
                folder.logs());
    }

    private Map<String, String> environment(RunFolder folder, String runId) {
        Map<String, String> environment = new java.util.HashMap<>(Map.of(
                "LOCKSTEP_RUN_ID", runId,
                "LOCKSTEP_ATTEMPT", Integer.toString(folder.attempt()),
                "LOCKSTEP_RUN_DIR", folder.root().toString()));
        if (!options.worker().cpuIsa().isEmpty()) {
            environment.put("LOCKSTEP_CPU_ISA", options.worker().cpuIsa());
        }
        return environment;
    }

    private AgentMessage.JobFlags flags(int rank, RunFolder folder, String token) {
        RunOptions.JobOptions job = options.job();
        long killAtStep = job.kill()
                .filter(kill -> kill.rank() == rank)
                .map(RunOptions.Kill::step)
                .orElse(-1L);
        return new AgentMessage.JobFlags(
                job.virtualRanks(),
                options.worker().count() * options.cluster().machines(),
                options.worker().threadsEach(),
                job.seed(),
                job.device(),
                options.output().logEvery(),
                "127.0.0.1",
                id,
                folder.attempt(),
                token,
                job.collectiveTimeout().toMillis(),
                killAtStep);
    }

    private Program find(Path classes) {
        return Programs.find(options.program().target(), options.program().classPath(), classes);
    }

    private String runId(String name) {
        String given = options.output().runId();
        return given.isEmpty() ? id.substring(0, 4) + "-" + name : given;
    }

    private static String baseName(String source) {
        String file = String.valueOf(Path.of(source).getFileName());
        return file.substring(0, file.length() - ".java".length());
    }

    private static String randomHex(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static String hostName() {
        String fromShell = System.getenv("HOSTNAME");
        if (fromShell != null && !fromShell.isBlank()) {
            return fromShell;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost"; // A machine without a name of its own.
        }
    }
}
