package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Backends;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.device.Device;
import dev.lockstep.testkit.ToyJob;
import dev.lockstep.train.CommHook;
import dev.lockstep.train.Job;
import dev.lockstep.train.StepLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Threads as the workers of a toy job, of which one may die.
 *
 * @param workers how many
 * @param threads compute threads of each
 * @param victim the worker that dies, -1 for none
 * @param at the victim's collective at which it dies: before it if even, in the middle if odd
 * @param hook how gradients cross virtual ranks
 * @param sizes of the buckets
 */
record Crew(int workers, int threads, int victim, int at, CommHook hook, BucketSizes sizes) {
    static final int VIRTUAL_RANKS = 8;
    private static final Set<String> COLLECTIVES = Set.of("allReduce", "allGather", "send", "receive");

    /** Unwinds the thread of a worker that was killed. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Makes a crew with buckets of the usual sizes: one for each of these small models. */
    Crew(int workers, int threads, int victim, int at, CommHook hook) {
        this(workers, threads, victim, at, hook, BucketSizes.DEFAULT);
    }

    /** {@return a crew that nobody leaves} */
    static Crew of(int workers, int threads, CommHook hook) {
        return new Crew(workers, threads, -1, 0, hook);
    }

    /** {@return the same crew with small buckets, of which each model has several} */
    Crew withSmallBuckets() {
        return new Crew(workers, threads, victim, at, hook, new BucketSizes(256, 4096));
    }

    /** {@return the digest that one worker on one thread comes to} */
    static String alone(ToyJob toy, CommHook hook) {
        return toy.prepare(Job.alone(settings(1, 1)), hook).train();
    }

    private static Job.Settings settings(int workers, int threads) {
        return new Job.Settings(VIRTUAL_RANKS, workers, threads, 0, Device.CPU, 10);
    }

    /** {@return the digest of each worker, or {@code killed}} */
    List<String> run(Wire.Kind kind, ToyJob toy) {
        return run(kind, toy, ToyJob.Run::train);
    }

    /** {@return what each worker's program came to, or {@code killed}} */
    List<String> run(Wire.Kind kind, ToyJob toy, Function<ToyJob.Run, String> program) {
        return run(kind, toy, group -> group, program);
    }

    /** {@return the bytes that all workers send as messages} */
    long bytesSent(ToyJob toy) {
        List<ProcessGroup> groups = Collections.synchronizedList(new ArrayList<>());
        run(
                Wire.Kind.THREADS,
                toy,
                group -> {
                    groups.add(group);
                    return group;
                },
                ToyJob.Run::train);
        return groups.stream().mapToLong(ProcessGroup::bytesSent).sum();
    }

    /** {@return how often all workers together sum a bucket} */
    long allReduces(ToyJob toy) {
        AtomicInteger calls = new AtomicInteger();
        run(Wire.Kind.THREADS, toy, group -> counted(group, calls::incrementAndGet), ToyJob.Run::train);
        return calls.get();
    }

    private List<String> run(
            Wire.Kind kind, ToyJob toy, UnaryOperator<ProcessGroup> watch, Function<ToyJob.Run, String> program) {
        try (Wire wire = kind.open(workers)) {
            FakeCluster cluster = new FakeCluster(wire, workers, VIRTUAL_RANKS);
            AtomicInteger calls = new AtomicInteger();
            List<ToyJob.Run> runs = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                UnaryOperator<ProcessGroup> seen = worker == victim ? group -> dying(cluster, group, calls) : watch;
                runs.add(toy.prepare(job(watched(cluster.source(worker), seen)), hook));
            }
            return digests(runs, program);
        }
    }

    private Job job(GroupSource source) {
        return new Job(
                settings(workers, threads),
                () -> new ElasticReducer(source, Backends.of(Device.CPU).memory(), System::nanoTime, sizes),
                StepLog.silent(),
                () -> 0);
    }

    private static List<String> digests(List<ToyJob.Run> runs, Function<ToyJob.Run, String> program) {
        List<FutureTask<String>> tasks = new ArrayList<>();
        for (ToyJob.Run run : runs) {
            tasks.add(Ranks.start("worker-" + tasks.size(), () -> digestOrKilled(run, program)));
        }
        List<String> digests = new ArrayList<>();
        for (FutureTask<String> task : tasks) {
            digests.add(Ranks.join(task, "worker " + digests.size()));
        }
        return digests;
    }

    private static String digestOrKilled(ToyJob.Run run, Function<ToyJob.Run, String> program) {
        try {
            return program.apply(run);
        } catch (Killed killed) {
            return "killed";
        }
    }

    /** Lets every group that a source gives be replaced by another. */
    static GroupSource watched(GroupSource source, UnaryOperator<ProcessGroup> watch) {
        return (GroupSource) Proxy.newProxyInstance(
                GroupSource.class.getClassLoader(), new Class<?>[] {GroupSource.class}, (proxy, method, arguments) -> {
                    Object result = invoke(source, method, arguments);
                    return result instanceof Formation.Formed formed
                            ? new Formation.Formed(formed.generation(), watch.apply(formed.group()), formed.placement())
                            : result;
                });
    }

    private ProcessGroup dying(FakeCluster cluster, ProcessGroup group, AtomicInteger calls) {
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

    /** {@return a group that says when an all-reduce is called} */
    static ProcessGroup counted(ProcessGroup group, Runnable allReduced) {
        return (ProcessGroup) Proxy.newProxyInstance(
                ProcessGroup.class.getClassLoader(),
                new Class<?>[] {ProcessGroup.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("allReduce")) {
                        allReduced.run();
                    }
                    return invoke(group, method, arguments);
                });
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException wrapped) {
            throw wrapped.getCause();
        }
    }
}
