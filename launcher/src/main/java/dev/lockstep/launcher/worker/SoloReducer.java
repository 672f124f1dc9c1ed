package dev.lockstep.launcher.worker;

import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.WorkerMessage;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.LocalReducer;
import dev.lockstep.train.ReductionPlan;
import java.util.concurrent.TimeUnit;

/** The reducer of a job of one worker, which tells its agent how far it is; nothing else leaves the process. */
final class SoloReducer extends LocalReducer {
    /** The agent is in the same machine and answers at once. */
    private static final long WAIT_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Link<WorkerMessage, AgentMessage> link;
    private final Orders orders;
    private long generation;
    private long lastSequence = -1;

    SoloReducer(Link<WorkerMessage, AgentMessage> link, Orders orders) {
        this.link = link;
        this.orders = orders;
    }

    @Override
    public VirtualRanks open(ReductionPlan plan) {
        link.send(new WorkerMessage.Ready("none", plan.virtualRanks(), "one worker", plan.numericsFingerprint()));
        generation = orders.awaitAfter(0, WAIT_NANOS)
                .orElseThrow(() -> new IllegalStateException("the job was complete before it began"))
                .generation();
        link.send(new WorkerMessage.Formed(generation));
        return super.open(plan);
    }

    @Override
    public Outcome reduce(long sequence, Contributions contributions) {
        lastSequence = sequence;
        return super.reduce(sequence, contributions);
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public void complete(String weightsSha256) {
        link.send(new WorkerMessage.Done(generation, lastSequence, weightsSha256));
        if (orders.awaitAfter(generation, WAIT_NANOS).isPresent()) {
            throw new IllegalStateException("a generation followed that of a job of one worker");
        }
    }
}
