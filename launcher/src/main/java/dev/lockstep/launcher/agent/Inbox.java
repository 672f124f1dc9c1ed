package dev.lockstep.launcher.agent;

import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.LinkServer;
import dev.lockstep.launcher.link.WorkerMessage;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What happens to an agent and its workers, in order, from any thread to the agent's. Full, it lets callers wait. */
final class Inbox implements LinkServer.Listener {
    private static final int INPUTS_MAX = 1 << 16;

    private final BlockingQueue<AgentInput> queue = new ArrayBlockingQueue<>(INPUTS_MAX);
    private final LongSupplier nanoClock;

    Inbox(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    void put(AgentInput input) {
        try {
            queue.put(input);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@return the next one, empty if none comes within so many nanoseconds} */
    Optional<AgentInput> take(long nanos) throws InterruptedException {
        return Optional.ofNullable(queue.poll(nanos, TimeUnit.NANOSECONDS));
    }

    @Override
    public void connected(String worker, Link<AgentMessage, WorkerMessage> link) {
        put(new AgentInput.Connected(worker, link));
    }

    @Override
    public void received(String worker, WorkerMessage message) {
        put(new AgentInput.Said(worker, message, nanoClock.getAsLong()));
    }

    @Override
    public void disconnected(String worker, String why) {
        put(new AgentInput.Disconnected(worker, why, nanoClock.getAsLong()));
    }
}
