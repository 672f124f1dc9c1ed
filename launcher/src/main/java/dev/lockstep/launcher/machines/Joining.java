package dev.lockstep.launcher.machines;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.pekko.ClusterNode;
import dev.lockstep.cluster.pekko.ClusterNodeException;
import dev.lockstep.cluster.pekko.JobCertificate;
import dev.lockstep.cluster.pekko.NodeOptions;
import dev.lockstep.cluster.register.SharedFolderRegister;
import dev.lockstep.launcher.AeronShare;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.TlsFiles;
import dev.lockstep.launcher.agent.Agent;
import dev.lockstep.launcher.agent.AgentSetup;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.agent.Names;
import dev.lockstep.launcher.agent.Signals;
import dev.lockstep.launcher.agent.Workload;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Joins a job as another machine, runs its share of the workers, and leaves when the job ends. */
public final class Joining {
    private static final long POLL_MILLIS = 200;
    private static final long TELL_MILLIS = 10_000;

    private final Plan plan;
    private final Installation installation;
    private final Consumer<String> out;

    /**
     * How to join.
     *
     * @param rendezvous an agent of the job, {@code host:port}
     * @param host the address of this machine that the others reach, empty for the one on the way to the rendezvous
     * @param runFolder the run folder, shared with the machine that founded the job
     * @param token the job's secret
     * @param tls the files of this machine's workers
     * @param timeout how long to wait for the job
     * @param machineTimeout the silence after which a machine counts as lost
     */
    public record Plan(
            String rendezvous,
            String host,
            Path runFolder,
            String token,
            TlsFiles tls,
            Duration timeout,
            Duration machineTimeout) {}

    /** Prepares to join; {@code out} is told what happens, line by line. */
    public Joining(Plan plan, Installation installation, Consumer<String> out) {
        this.plan = plan;
        this.installation = installation;
        this.out = out;
    }

    /**
     * Joins and stays until the job ends.
     *
     * @return the exit code of the job
     * @throws LaunchException if the job cannot be joined in time
     */
    public int run() {
        long limit = System.nanoTime() + plan.timeout().toNanos();
        plan.tls().require();
        Workload expected = await(limit, _ -> true);
        requireSameTls(expected);
        AgentId agentId = new AgentId(Names.randomId());
        ClusterControl control = new ClusterControl(agentId, false);
        try (ClusterNode node = join(agentId, expected, control)) {
            Workload workload = await(limit, found -> found.isOf(node.job().attempt()));
            requireSameTls(workload);
            out.accept("joined run " + workload.runName() + " as " + agentId + " · " + workload.workers() + " workers");
            Path logs = plan.runFolder().resolve(workload.logs()).resolve("agent-" + agentId);
            Workload.Site site =
                    new Workload.Site(agentId, Names.host(), host(), secrets(), plan.runFolder(), logs, -1, -1);
            int workers = workload.machines() * workload.workers();
            try (AeronShare aeron = AeronShare.open(workload.job().transport(), workers, workload.workers());
                    RelayLog log = new RelayLog(logs, out)) {
                AgentSetup setup = workload.on(site, installation).with(aeron.environment());
                Agent agent = new Agent(setup, log, control::of, System::nanoTime);
                control.connect(node);
                Signals.handToAgent(agent);
                return agent.run();
            }
        }
    }

    private Workload.Secrets secrets() {
        return new Workload.Secrets(plan.token(), plan.tls());
    }

    private void requireSameTls(Workload workload) {
        if (workload.job().tls() != plan.tls().given()) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    workload.job().tls()
                            ? "the workers of run " + workload.runName()
                                    + " use TLS: name --tls-cert, --tls-key and --tls-ca"
                            : "the workers of run " + workload.runName()
                                    + " do not use TLS: leave out --tls-cert, --tls-key and --tls-ca");
        }
    }

    private ClusterNode join(AgentId agentId, Workload workload, ClusterControl control) {
        try {
            NodeOptions options = new NodeOptions(
                    host(),
                    0,
                    agentId,
                    workload.workers(),
                    JobCertificate.open(plan.runFolder(), plan.token()),
                    new SharedFolderRegister(plan.runFolder()),
                    Founding.timings(plan.machineTimeout(), plan.timeout()),
                    System::nanoTime);
            return ClusterNode.join(options, java.util.List.of(plan.rendezvous().split(",")), control);
        } catch (ClusterNodeException e) {
            throw new LaunchException(e.exitCode(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Waits for the founder to say what is run. */
    private Workload await(long limitNanos, java.util.function.Predicate<Workload> wanted) {
        long toldNanos = System.nanoTime();
        while (true) {
            Optional<Workload> found = Workload.read(plan.runFolder()).filter(wanted);
            if (found.isPresent()) {
                return found.get();
            }
            long now = System.nanoTime();
            if (now > limitNanos) {
                throw new LaunchException(
                        ExitCode.RENDEZVOUS,
                        "no job was founded in " + plan.runFolder() + " within "
                                + plan.timeout().toSeconds() + " s");
            }
            if (now - toldNanos > TELL_MILLIS * 1_000_000) {
                toldNanos = now;
                out.accept("waiting for a job in " + plan.runFolder());
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException(ExitCode.INTERRUPTED, "interrupted while waiting for a job", e);
        }
    }

    /** The address that the system would use on the way to the rendezvous; nothing is sent. */
    private String host() {
        if (!plan.host().isEmpty()) {
            return plan.host();
        }
        String first = plan.rendezvous().split(",", -1)[0];
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(
                    Founding.hostOf(first), Integer.parseInt(first.substring(first.lastIndexOf(':') + 1))));
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    "no way to " + first + ": " + e.getMessage() + "; name this machine's address by --host",
                    e);
        }
    }
}
