package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.cluster.WorkerId;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what an agent is told, by kind, in order. */
final class RecordingPort implements AgentPort {

    private static final long LIMIT_SECONDS = 30;

    /** What a run ended with. */
    record End(int exitCode, String reason) {}

    final BlockingQueue<Generation> generations = new LinkedBlockingQueue<>();
    final BlockingQueue<WorkerId> kills = new LinkedBlockingQueue<>();
    final BlockingQueue<Incident> incidents = new LinkedBlockingQueue<>();
    final BlockingQueue<End> ends = new LinkedBlockingQueue<>();
    final BlockingQueue<String> losses = new LinkedBlockingQueue<>();

    /** Waits for the next of a kind. */
    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came within " + LIMIT_SECONDS + " s");
        }
        return next;
    }

    @Override
    public void announced(Generation generation) {
        generations.add(generation);
    }

    @Override
    public void kill(WorkerId worker, String why) {
        kills.add(worker);
    }

    @Override
    public void incident(Incident incident) {
        incidents.add(incident);
    }

    @Override
    public void finished(int exitCode, String reason) {
        ends.add(new End(exitCode, reason));
    }

    @Override
    public void lost(String cause) {
        losses.add(cause);
    }
}
