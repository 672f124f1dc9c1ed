package dev.lockstep.launcher.worker;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.parallel.Formation;
import dev.lockstep.collectives.parallel.GroupSource;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.launcher.VectorReduceKernel;
import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.WorkerMessage;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.ReductionPlan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The control plane of one worker: its agent tells generations over the link, the data plane connects them. Confined to
 * the trainer's thread, but for the hook, which runs on a thread of its own.
 */
final class LinkGroupSource implements GroupSource {
    /** Longer than any rendezvous: the coordinator gives up first, and says why. */
    private static final Duration GENERATION_WAIT = Duration.ofHours(1);

    private final Link<WorkerMessage, AgentMessage> link;
    private final Orders orders;
    private final DataPlane plane;
    private final GroupOptions options;
    private Optional<Finished> finished = Optional.empty();

    /** What this worker came to. */
    private record Finished(long lastSequence, String weightsSha256) {}

    LinkGroupSource(
            Link<WorkerMessage, AgentMessage> link, Orders orders, DataPlane plane, Duration collectiveTimeout) {
        this.link = link;
        this.orders = orders;
        this.plane = plane;
        VectorReduceKernel kernel = new VectorReduceKernel();
        kernel.warmUp();
        this.options = GroupOptions.defaults()
                .withTimeout(collectiveTimeout)
                .withKernel(kernel)
                .withOnStall(line -> link.send(new WorkerMessage.Remark(line)));
        orders.onAnnounced(plane::fence);
    }

    @Override
    public void announce(ReductionPlan plan, String planDigest) {
        link.send(
                new WorkerMessage.Ready(plane.address(), plan.virtualRanks(), planDigest, plan.numericsFingerprint()));
    }

    @Override
    public Formation await(long after) {
        finished.ifPresent(
                result -> link.send(new WorkerMessage.Done(after, result.lastSequence(), result.weightsSha256())));
        long seen = after;
        while (true) {
            Optional<AgentMessage.Form> form = orders.awaitAfter(seen, GENERATION_WAIT.toNanos());
            if (form.isEmpty()) {
                return new Formation.Complete(orders.completed().orElseThrow());
            }
            seen = form.get().generation();
            Optional<Formation> formation = form(form.get());
            if (formation.isPresent()) {
                link.send(new WorkerMessage.Formed(seen));
                return formation.get();
            }
        }
    }

    /** Connects a generation's group; empty if that failed and a newer generation must be waited for. */
    private Optional<Formation> form(AgentMessage.Form form) {
        List<VirtualRanks> placement = form.peers().stream()
                .map(peer -> new VirtualRanks(peer.from(), peer.to()))
                .toList();
        try {
            Transport transport = plane.connect(form, options.timeout());
            return Optional.of(
                    new Formation.Formed(form.generation(), new TransportProcessGroup(transport, options), placement));
        } catch (CollectiveException failure) {
            report(failure, form.generation(), -1);
            return Optional.empty();
        }
    }

    @Override
    public void onSuperseded(long generation, Runnable abort) {
        orders.onSuperseded(generation, abort);
    }

    @Override
    public void report(CollectiveException failure, long generation, long sequence) {
        switch (failure) {
            case PeerLostException lost ->
                link.send(new WorkerMessage.Unreachable(generation, lost.peer(), String.valueOf(lost.getMessage())));
            case GroupAbortedException _, FencedException _ -> {} // Echoes: whoever began it has reported.
            default -> link.send(Failures.describe(failure)); // A time-out or a disagreement ends the job.
        }
    }

    @Override
    public void done(long lastSequence, String weightsSha256) {
        finished = Optional.of(new Finished(lastSequence, weightsSha256));
    }

    @Override
    public void close() {
        plane.close();
    }
}
