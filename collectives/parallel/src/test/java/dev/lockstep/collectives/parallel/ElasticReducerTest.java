package dev.lockstep.collectives.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.backend.Backends;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.device.Device;
import dev.lockstep.testkit.ToyJob;
import dev.lockstep.train.Job;
import dev.lockstep.train.StepLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise, across workers: the digest is that of one worker, whoever is lost and whenever. */
class ElasticReducerTest {
    private static final int VIRTUAL_RANKS = 8;
    private static final Set<String> COLLECTIVES = Set.of("allReduce", "allGather", "send", "receive");

    /** Unwinds the thread of a worker that was killed. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static Job.Settings settings(int workers, int threads) {
        return new Job.Settings(VIRTUAL_RANKS, workers, threads, 0, Device.CPU, 10);
    }

    private static Job job(int workers, int threads, GroupSource source) {
        return new Job(
                settings(workers, threads),
                () -> new ElasticReducer(source, Backends.of(Device.CPU).memory()),
                StepLog.silent(),
                () -> 0);
    }

    private static String alone(ToyJob toy) {
        return toy.prepare(Job.alone(settings(1, 1))).train();
    }

    /**
     * Runs a job on threads as workers; {@code victim} dies at its {@code at}-th collective, before it or in the
     * middle.
     */
    private static List<String> run(ToyJob toy, int workers, int threads, int victim, int at) {
        return run(Wire.Kind.THREADS, toy, new Lot(workers, threads, victim, at));
    }

    /** Who takes part, and who dies when. */
    private record Lot(int workers, int threads, int victim, int at) {}

    private static List<String> run(Wire.Kind kind, ToyJob toy, Lot lot) {
        try (Wire wire = kind.open(lot.workers)) {
            return run(new FakeCluster(wire, lot.workers, VIRTUAL_RANKS), toy, lot);
        }
    }

    private static List<String> run(FakeCluster cluster, ToyJob toy, Lot lot) {
        List<ToyJob.Run> runs = new ArrayList<>();
        for (int worker = 0; worker < lot.workers; worker++) {
            GroupSource source = cluster.source(worker);
            runs.add(toy.prepare(job(
                    lot.workers,
                    lot.threads,
                    worker == lot.victim ? dying(cluster, source, lot.victim, lot.at) : source)));
        }
        List<FutureTask<String>> tasks = new ArrayList<>();
        for (int worker = 0; worker < lot.workers; worker++) {
            ToyJob.Run run = runs.get(worker);
            tasks.add(Ranks.start("worker-" + worker, () -> digestOrKilled(run)));
        }
        List<String> digests = new ArrayList<>();
        for (int worker = 0; worker < lot.workers; worker++) {
            digests.add(Ranks.join(tasks.get(worker), "worker " + worker));
        }
        return digests;
    }

    private static String digestOrKilled(ToyJob.Run run) {
        try {
            return run.train();
        } catch (Killed killed) {
            return "killed";
        }
    }

    private static GroupSource dying(FakeCluster cluster, GroupSource source, int victim, int at) {
        AtomicInteger calls = new AtomicInteger();
        return (GroupSource) Proxy.newProxyInstance(
                GroupSource.class.getClassLoader(), new Class<?>[] {GroupSource.class}, (proxy, method, arguments) -> {
                    Object result = invoke(source, method, arguments);
                    return result instanceof Formation.Formed formed
                            ? new Formation.Formed(
                                    formed.generation(),
                                    dying(cluster, formed.group(), victim, at, calls),
                                    formed.placement())
                            : result;
                });
    }

    private static ProcessGroup dying(
            FakeCluster cluster, ProcessGroup group, int victim, int at, AtomicInteger calls) {
        return (ProcessGroup) Proxy.newProxyInstance(
                ProcessGroup.class.getClassLoader(),
                new Class<?>[] {ProcessGroup.class},
                (proxy, method, arguments) -> {
                    boolean now = COLLECTIVES.contains(method.getName()) && calls.incrementAndGet() == at;
                    if (now && at % 2 == 0) {
                        cluster.kill(victim);
                        throw new Killed();
                    }
                    Object result = invoke(group, method, arguments);
                    if (now) {
                        cluster.kill(victim);
                        throw new Killed();
                    }
                    return result;
                });
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException wrapped) {
            throw wrapped.getCause();
        }
    }

    @ParameterizedTest
    @EnumSource(ToyJob.class)
    void anyNumberOfWorkersAndThreadsGivesTheBitsOfOne(ToyJob toy) {
        String expected = alone(toy);
        for (int workers = 1; workers <= 5; workers++) {
            for (String digest : run(toy, workers, 1 + workers % 2, -1, 0)) {
                assertEquals(expected, digest, workers + " workers");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 18})
    void aDeathAtAnyCollectiveChangesNoBit(int at) {
        String expected = alone(ToyJob.CONVNET);
        List<String> digests = run(ToyJob.CONVNET, 3, 1, at % 3, at);
        for (int worker = 0; worker < 3; worker++) {
            String wanted = worker == at % 3 && !digests.get(worker).equals(expected) ? "killed" : expected;
            assertEquals(wanted, digests.get(worker), "worker " + worker + ", death at collective " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8})
    void theLastOfTwoWorkersCarriesOn(int at) {
        assertEquals(alone(ToyJob.MLP), run(ToyJob.MLP, 2, 1, 0, at).get(1));
    }

    @ParameterizedTest
    @EnumSource(ToyJob.class)
    void overTcpToo(ToyJob toy) {
        String expected = alone(toy);
        for (int workers : List.of(2, 3, 5)) {
            run(Wire.Kind.TCP, toy, new Lot(workers, 1, -1, 0))
                    .forEach(digest -> assertEquals(expected, digest, workers + " workers"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7})
    void aDeathOverTcpChangesNoBit(int at) {
        String expected = alone(ToyJob.MLP);
        List<String> digests = run(Wire.Kind.TCP, ToyJob.MLP, new Lot(3, 1, 1, at));
        assertEquals(List.of(expected, expected), List.of(digests.get(0), digests.get(2)));
    }
}
