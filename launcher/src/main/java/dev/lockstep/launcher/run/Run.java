package dev.lockstep.launcher.run;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.InMemoryRegister;
import dev.lockstep.cluster.JobSpec;
import dev.lockstep.collectives.shared.SharedIdentity;
import dev.lockstep.launcher.AeronShare;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.MachineMemory;
import dev.lockstep.launcher.SharedFolder;
import dev.lockstep.launcher.agent.Agent;
import dev.lockstep.launcher.agent.AgentSetup;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.agent.LocalControl;
import dev.lockstep.launcher.agent.Names;
import dev.lockstep.launcher.agent.Signals;
import dev.lockstep.launcher.agent.Workload;
import dev.lockstep.launcher.machines.Founding;
import dev.lockstep.launcher.machines.RendezvousPort;
import dev.lockstep.launcher.machines.Token;
import dev.lockstep.launcher.program.Program;
import dev.lockstep.launcher.program.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Runs a job: agent and coordinator in this process, workers below it, other machines as they join. */
public final class Run {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final String LOOPBACK = "127.0.0.1";

    /** What a worker with a small model takes: its JVM, its libraries, a few tensors. */
    private static final long WORKER_BYTES_MIN = 128L << 20;

    private final RunOptions options;
    private final Installation installation;
    private final String id = Names.randomId();
    private final boolean alone;

    /** Prepares a run; nothing is written or started yet. */
    public Run(RunOptions options, Installation installation) {
        this.options = options;
        this.installation = installation;
        this.alone = options.cluster().machines() == 1;
    }

    /**
     * Runs the job to its end.
     *
     * @return the exit code of the command
     * @throws LaunchException if it cannot be started, with what to do about it
     */
    public int run() {
        String token = alone ? Names.randomId() : token();
        Programs.requireReadable(options.program().target());
        requireMemory();
        options.job().connection().tls().require();
        if (!alone) {
            RendezvousPort.requireFree(options.cluster().rendezvous());
        }
        Path scratch = options.output().runDir().orElse(Path.of("runs"));
        Program named = options.program().target().endsWith(".java") ? null : find(scratch);
        String runName = runName(named == null ? baseName(options.program().target()) : named.name());
        RunFolder folder = RunFolder.create(options.output().runDir().orElse(Path.of("runs", runName)));
        Program program = named == null ? find(folder.classes()) : named;
        Manifest manifest =
                new Manifest(folder, options, runName, Instant.now(CLOCK).toString());
        manifest.begin();
        int exitCode = ExitCode.ENVIRONMENT;
        try (Console console = Console.open(options, folder, System::nanoTime)) {
            console.display().banner(runName, folder, options);
            exitCode = supervise(workload(program, folder, runName), folder, token, console);
            console.log().done(exitCode);
        } finally {
            manifest.end(exitCode, Instant.now(CLOCK).toString());
        }
        return exitCode;
    }

    /** A machine whose memory is gone answers nobody, and its kernel kills at random. */
    private void requireMemory() {
        try {
            long needed = options.worker().count() * WORKER_BYTES_MIN;
            MachineMemory memory = MachineMemory.read();
            if (needed > memory.usableBytes()) {
                throw new LaunchException(
                        ExitCode.ENVIRONMENT,
                        options.worker().count() + " workers need at least " + MachineMemory.gib(needed)
                                + " of memory, and this machine has " + memory + ": lower --nproc-per-node");
            }
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "/proc/meminfo cannot be read: " + e.getMessage(), e);
        }
    }

    private int supervise(Workload workload, RunFolder folder, String token, Console console) {
        AgentId agentId = new AgentId(Names.randomId());
        Optional<RunOptions.Kill> kill = options.job().kill();
        Workload.Site site = new Workload.Site(
                agentId,
                Names.host(),
                alone ? LOOPBACK : Founding.hostOf(options.cluster().rendezvous()),
                new Workload.Secrets(token, options.job().connection().tls()),
                folder.root(),
                folder.logs(),
                kill.map(RunOptions.Kill::rank).orElse(-1),
                kill.map(RunOptions.Kill::step).orElse(-1L));
        JobSpec job = job(new AttemptId(workload.runId(), workload.attempt()));
        int workers = options.cluster().machines() * options.worker().count();
        String transport = options.job().connection().transport();
        try (AeronShare aeron =
                AeronShare.open(transport, workers, options.worker().count())) {
            AgentSetup setup = workload.on(site, installation).with(aeron.environment());
            return alone ? superviseAlone(setup, job, console) : superviseMachines(workload, setup, job, site, console);
        } finally { // A worker that was killed while it joined has left the name of its memory.
            SharedFolder.open(new SharedIdentity(workload.runId(), workload.attempt(), token))
                    .sweep();
        }
    }

    private int superviseAlone(AgentSetup setup, JobSpec job, Console console) {
        Agent agent = new Agent(
                setup,
                console.log(),
                self -> new LocalControl(job, new InMemoryRegister(), self::decided, System::nanoTime),
                System::nanoTime);
        Signals.handToAgent(agent);
        return agent.run();
    }

    private int superviseMachines(
            Workload workload, AgentSetup setup, JobSpec job, Workload.Site site, Console console) {
        try (Founding founding = new Founding(workload, job, site, meeting())) {
            Agent agent = new Agent(setup, console.log(), founding::control, System::nanoTime);
            Signals.handToAgent(agent);
            founding.begin();
            return agent.run();
        }
    }

    private Founding.Meeting meeting() {
        return new Founding.Meeting(
                options.cluster().rendezvous(), options.cluster().machineTimeout());
    }

    private JobSpec job(AttemptId attempt) {
        JobSpec.Timeouts defaults = JobSpec.Timeouts.DEFAULT;
        return new JobSpec(
                attempt,
                options.cluster().machines(),
                options.worker().count(),
                new JobSpec.Timeouts(
                        options.cluster().rendezvousTimeout(), defaults.oneWitness(), defaults.twoWitnesses()));
    }

    private Workload workload(Program program, RunFolder folder, String runName) {
        RunOptions.WorkerOptions worker = options.worker();
        RunOptions.JobOptions job = options.job();
        return new Workload(
                runName,
                id,
                alone
                        ? folder.attempt()
                        : Founding.newAttempt(folder.root(), id).number(),
                folder.root().relativize(folder.logs()).toString(),
                options.cluster().machines(),
                worker.count(),
                new Workload.ProgramPart(
                        program.mainClass(),
                        program.classPath().stream().map(Path::toString).toList(),
                        options.program().arguments()),
                new Workload.WorkerPart(worker.threadsEach(), worker.heap(), worker.jvmOptions(), worker.cpuIsa()),
                new Workload.JobPart(
                        job.virtualRanks(),
                        job.seed(),
                        job.device(),
                        options.output().logEvery(),
                        job.connection().transport(),
                        job.connection().sockets(),
                        job.connection().tls().given(),
                        job.collectiveTimeout().toMillis()));
    }

    private String token() {
        return Token.read(options.cluster().tokenFile(), Optional.ofNullable(System.getenv("LOCKSTEP_TOKEN")));
    }

    private Program find(Path classes) {
        return Programs.find(options.program().target(), options.program().classPath(), classes);
    }

    private String runName(String program) {
        String given = options.output().runId();
        return given.isEmpty() ? id.substring(0, 4) + "-" + program : given;
    }

    private static String baseName(String source) {
        String file = String.valueOf(Path.of(source).getFileName());
        return file.substring(0, file.length() - ".java".length());
    }
}
