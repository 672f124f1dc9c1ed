package dev.lockstep.launcher.worker;

import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.WorkerMessage;
import dev.lockstep.train.ReductionPlan;
import java.time.Duration;
import java.util.Optional;

/** What a reducer says to the agent, and what it waits for. */
final class LinkGroups {
    /** Longer than any rendezvous: the coordinator gives up first, and says why. */
    private static final Duration GENERATION_WAIT = Duration.ofHours(1);

    private final Link<WorkerMessage, AgentMessage> link;
    private final Orders orders;

    LinkGroups(Link<WorkerMessage, AgentMessage> link, Orders orders) {
        this.link = link;
        this.orders = orders;
    }

    void ready(String dataAddress, ReductionPlan plan, String planDigest) {
        link.send(
                new WorkerMessage.Ready(dataAddress, plan.virtualRanks(), planDigest, plan.numericsFingerprint()));
    }

    /** Waits for a generation after the given one; empty if the job is complete. */
    Optional<AgentMessage.Form> await(long after) {
        return orders.awaitAfter(after, GENERATION_WAIT.toNanos());
    }

    void formed(long generation) {
        link.send(new WorkerMessage.Formed(generation));
    }

    void done(long generation, long lastSequence, String weightsSha256) {
        link.send(new WorkerMessage.Done(generation, lastSequence, weightsSha256));
    }
}
