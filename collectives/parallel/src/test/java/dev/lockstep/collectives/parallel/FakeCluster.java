package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.ReductionPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A control plane in one process: it decides generations at once. Thread-safe. */
final class FakeCluster {
    private static final long BOUND_MILLIS = 30_000;

    private final int virtualRanks;
    private final List<Integer> members = new ArrayList<>();
    private final Wire wire;
    private final Set<Integer> done = new HashSet<>();
    private final Set<Integer> finished = new HashSet<>();
    private final ConcurrentHashMap<Integer, Runnable> hooks = new ConcurrentHashMap<>();
    private long generation = 1;

    FakeCluster(Wire wire, int workers, int virtualRanks) {
        this.wire = wire;
        this.virtualRanks = virtualRanks;
        for (int i = 0; i < workers; i++) {
            members.add(i);
        }
    }

    synchronized long generation() {
        return generation;
    }

    /** A worker dies: its connections break, and the survivors form the next generation. */
    void kill(int worker) {
        List<Runnable> superseded = new ArrayList<>();
        synchronized (this) {
            members.remove(Integer.valueOf(worker));
            done.clear();
            generation++;
            members.forEach(member -> superseded.add(hooks.getOrDefault(member, () -> {})));
            notifyAll();
        }
        wire.kill(worker);
        wire.fence(generation());
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

    /** A generation's members, as they were when it was decided. */
    private record Decided(long generation, List<Integer> members, List<VirtualRanks> placement) {}

    private Formation await(int worker, long after) {
        long seen = after;
        while (true) {
            Optional<Decided> next = decided(worker, seen);
            if (next.isEmpty()) {
                return new Formation.Complete(seen + 1);
            }
            seen = next.get().generation();
            try {
                ProcessGroup group = new TransportProcessGroup(
                        wire.connect(seen, worker, next.get().members()),
                        GroupOptions.defaults().withTimeout(Duration.ofSeconds(20)));
                return new Formation.Formed(seen, group, next.get().placement());
            } catch (CollectiveException superseded) {
                // A member died while the group formed: the next generation is decided, or will be.
            }
        }
    }

    /** {@return the generation after {@code seen}; empty once the job is complete} */
    private synchronized Optional<Decided> decided(int worker, long seen) {
        if (finished.contains(worker) && seen == generation) {
            done.add(worker);
            notifyAll();
        }
        while (generation <= seen && !done.containsAll(members)) {
            try {
                wait(BOUND_MILLIS);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
        return generation <= seen
                ? Optional.empty()
                : Optional.of(new Decided(generation, List.copyOf(members), placement()));
    }

    private synchronized void finish(int worker) {
        finished.add(worker);
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
                finish(worker);
            }

            @Override
            public void close() {}
        };
    }
}
