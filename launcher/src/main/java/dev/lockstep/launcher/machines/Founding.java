package dev.lockstep.launcher.machines;

import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.ClusterEffect;
import dev.lockstep.cluster.JobSpec;
import dev.lockstep.cluster.pekko.ClusterNode;
import dev.lockstep.cluster.pekko.ClusterNodeException;
import dev.lockstep.cluster.pekko.JobCertificate;
import dev.lockstep.cluster.pekko.NodeOptions;
import dev.lockstep.cluster.register.SharedFolderRegister;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.agent.Agent;
import dev.lockstep.launcher.agent.Control;
import dev.lockstep.launcher.agent.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Founds the cluster of a job on this machine, beside the workers' start: both take seconds. */
public final class Founding implements AutoCloseable {
    private static final long CLOSE_SECONDS_MAX = 60;

    private final Workload workload;
    private final JobSpec job;
    private final Workload.Site site;
    private final String rendezvous;
    private final Duration machineTimeout;
    private final ClusterControl control;
    private final CompletableFuture<ClusterNode> node = new CompletableFuture<>();
    private final CompletableFuture<Agent> agent = new CompletableFuture<>();

    /**
     * How machines find and lose each other.
     *
     * @param rendezvous where this machine is found, {@code host:port}
     * @param machineTimeout the silence after which a machine counts as lost
     */
    public record Meeting(String rendezvous, Duration machineTimeout) {}

    /** Prepares to found a cluster. */
    public Founding(Workload workload, JobSpec job, Workload.Site site, Meeting meeting) {
        this.workload = workload;
        this.job = job;
        this.site = site;
        this.rendezvous = meeting.rendezvous();
        this.machineTimeout = meeting.machineTimeout();
        this.control = new ClusterControl(site.agent(), true);
    }

    /**
     * Takes the next attempt number of a run folder.
     *
     * @throws dev.lockstep.cluster.RegisterException if the folder cannot be used as a register
     */
    public static AttemptId newAttempt(Path runFolder, String runId) {
        return new SharedFolderRegister(runFolder).newAttempt(runId);
    }

    /** {@return the host of {@code host:port}} */
    public static String hostOf(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    /** {@return the way from this agent to the coordinator} */
    public Control control(Agent carriesOut) {
        agent.complete(carriesOut);
        return control.of(carriesOut);
    }

    /** Starts the node on a thread of its own. What goes wrong ends the agent. */
    public void begin() {
        Thread.ofPlatform().daemon().name("founding").start(this::found);
    }

    private void found() {
        try {
            JobCertificate certificate =
                    JobCertificate.create(site.runFolder(), site.secrets().token());
            writeJob();
            NodeOptions options = new NodeOptions(
                    hostOf(rendezvous),
                    Integer.parseInt(rendezvous.substring(rendezvous.lastIndexOf(':') + 1)),
                    site.agent(),
                    workload.workers(),
                    certificate,
                    new SharedFolderRegister(site.runFolder()),
                    timings(machineTimeout, NodeOptions.Timings.DEFAULT.join()),
                    System::nanoTime);
            ClusterNode up = ClusterNode.found(options, job, control);
            node.complete(up);
            control.connect(up);
        } catch (ClusterNodeException e) {
            fail(e.exitCode(), e);
        } catch (RuntimeException | IOException e) {
            fail(ExitCode.ENVIRONMENT, e);
        }
    }

    static NodeOptions.Timings timings(Duration machineTimeout, Duration join) {
        NodeOptions.Timings defaults = NodeOptions.Timings.DEFAULT;
        return new NodeOptions.Timings(defaults.heartbeat(), machineTimeout, defaults.stableAfter(), join);
    }

    private void fail(int exitCode, Exception e) {
        node.completeExceptionally(e);
        var _ = agent.thenAccept(
                known -> known.decided(new ClusterEffect.Finish(exitCode, String.valueOf(e.getMessage()))));
    }

    private void writeJob() throws IOException {
        Path part = site.runFolder().resolve(Workload.FILE + ".part");
        Files.writeString(part, workload.toJson());
        Files.move(
                part,
                site.runFolder().resolve(Workload.FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Leaves the cluster. */
    @Override
    public void close() {
        try {
            node.get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS).close();
        } catch (ExecutionException e) {
            return; // It never came up: the agent has said so.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "the cluster did not come up to be left", e);
        }
    }
}
