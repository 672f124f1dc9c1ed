package dev.lockstep.collectives.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs ranks as threads and waits for all of them within a bound. */
public final class Ranks {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private Ranks() {}

    /** What one rank does. */
    @FunctionalInterface
    public interface Body<G, T> {
        /** Runs on a thread of its own. */
        T run(G group) throws Exception;
    }

    /**
     * Runs {@code body} once for each group and returns the results by rank.
     *
     * @throws AssertionError if a rank fails, or does not end within 30 seconds
     */
    public static <G, T> List<T> run(List<G> groups, Body<G, T> body) {
        List<FutureTask<T>> tasks = new ArrayList<>();
        for (G group : groups) {
            tasks.add(start("rank-" + tasks.size(), () -> body.run(group)));
        }
        List<T> results = new ArrayList<>();
        for (FutureTask<T> task : tasks) {
            results.add(join(task, "rank " + results.size()));
        }
        return results;
    }

    /** Starts one thread. */
    public static <T> FutureTask<T> start(String name, Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(body);
        Thread.ofPlatform().daemon().name(name).start(task);
        return task;
    }

    /** Waits for a thread's result. */
    public static <T> T join(FutureTask<T> task, String who) {
        try {
            return task.get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(who + " failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError(who + " has not ended within " + BOUND, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + who, e);
        }
    }
}
