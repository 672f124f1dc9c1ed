package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.ReductionPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A control plane in one process: it decides generations at once and connects their members by threads. Thread-safe.
 */
final class FakeCluster {
    private static final long BOUND_MILLIS = 30_000;

    private final int virtualRanks;
    private final List<Integer> members = new ArrayList<>();
    private final Set<Integer> done = new HashSet<>();
    private final ConcurrentHashMap<Integer, Runnable> hooks = new ConcurrentHashMap<>();
    private List<Transport> transports;
    private long generation = 1;
    private boolean complete;

    FakeCluster(int workers, int virtualRanks) {
        this.virtualRanks = virtualRanks;
        for (int i = 0; i < workers; i++) {
            members.add(i);
        }
        this.transports = InProcessTransport.connect(workers, generation);
    }

    synchronized long generation() {
        return generation;
    }

    /** A worker dies: its connections break, and the survivors form the next generation. */
    void kill(int worker) {
        Transport broken;
        List<Runnable> superseded = new ArrayList<>();
        synchronized (this) {
            broken = transports.get(members.indexOf(worker));
            members.remove(Integer.valueOf(worker));
            done.clear();
            generation++;
            transports = InProcessTransport.connect(members.size(), generation);
            members.forEach(member -> superseded.add(hooks.getOrDefault(member, () -> {})));
            notifyAll();
        }
        broken.close();
        superseded.forEach(Runnable::run);
    }

    private List<VirtualRanks> placement() {
        List<VirtualRanks> ranges = new ArrayList<>();
        int workers = members.size();
        for (int rank = 0; rank < workers; rank++) {
            ranges.add(new VirtualRanks(rank * virtualRanks / workers, (rank + 1) * virtualRanks / workers));
        }
        return ranges;
    }

    private synchronized Formation await(int worker, long after) {
        long left = BOUND_MILLIS;
        while (generation <= after && !complete) {
            try {
                wait(left);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
        if (complete) {
            return new Formation.Complete(generation + 1);
        }
        int rank = members.indexOf(worker);
        ProcessGroup group = new TransportProcessGroup(
                transports.get(rank), GroupOptions.defaults().withTimeout(Duration.ofSeconds(20)));
        return new Formation.Formed(generation, group, placement());
    }

    private synchronized void done(int worker) {
        done.add(worker);
        if (done.containsAll(members)) {
            complete = true;
            notifyAll();
        }
    }

    /** {@return one worker's port} */
    GroupSource source(int worker) {
        return new GroupSource() {
            @Override
            public void announce(ReductionPlan plan, String planDigest) {}

            @Override
            public Formation await(long after) {
                return FakeCluster.this.await(worker, after);
            }

            @Override
            public void onSuperseded(long seen, Runnable abort) {
                hooks.put(worker, abort);
                if (generation() > seen) {
                    abort.run();
                }
            }

            @Override
            public void report(CollectiveException failure, long failed, long sequence) {}

            @Override
            public void done(long lastSequence, String weightsSha256) {
                FakeCluster.this.done(worker);
            }

            @Override
            public void close() {}
        };
    }
}
