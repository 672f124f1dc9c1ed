package dev.lockstep.data;

import dev.lockstep.tensor.TensorTree;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has batches made by worker threads ahead of the loop that takes them, in the loop's order. Work is taken from an
 * iterator by the loop's thread alone, so what a batch is made of never depends on the workers. Confined to that
 * thread.
 *
 * @param <T> a batch, whose tensors a worker makes outside of any scope
 */
final class Prefetch<T> implements Batches<T> {
    private static final long END_SECONDS = 10;

    private final Batches<? extends Callable<T>> work;
    private final int ahead;
    private final ExecutorService workers;
    private final Queue<Future<T>> pending = new ArrayDeque<>();

    /**
     * Starts the workers.
     *
     * @param ahead how many batches may be made or in the making at once
     */
    Prefetch(Batches<? extends Callable<T>> work, int threads, int ahead) {
        this.work = work;
        this.ahead = ahead;
        AtomicInteger number = new AtomicInteger();
        ThreadFactory daemons = task -> {
            Thread thread = new Thread(task, "data-loader-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
        this.workers = Executors.newFixedThreadPool(threads, daemons);
    }

    @Override
    public boolean hasNext() {
        refill();
        return !pending.isEmpty();
    }

    /** Waits for the next batch; what kept a worker from making it is thrown here. */
    @Override
    public T next() {
        refill();
        Future<T> next = pending.poll();
        if (next == null) {
            throw new NoSuchElementException("data loader: the epoch is over");
        }
        try {
            return next.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("data loader: interrupted while it waited for a batch", interrupted);
        } catch (ExecutionException failed) {
            throw rethrown(failed);
        }
    }

    private static RuntimeException rethrown(ExecutionException failed) {
        return switch (failed.getCause()) {
            case RuntimeException cause -> {
                cause.addSuppressed(new IllegalStateException("data loader: thrown on a worker thread"));
                yield cause;
            }
            case Error cause -> throw cause;
            case null, default -> new IllegalStateException("data loader: a worker failed", failed);
        };
    }

    private void refill() {
        while (pending.size() < ahead && !workers.isShutdown() && work.hasNext()) {
            pending.add(workers.submit(work.next()));
        }
    }

    /** Ends the workers and lets go of batches that nobody took. */
    @Override
    public void close() {
        workers.shutdownNow();
        work.close();
        boolean ended = false;
        try {
            ended = workers.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        while (ended && !pending.isEmpty()) {
            Future<T> left = pending.remove();
            if (left.state() == Future.State.SUCCESS) {
                TensorTree.close(Batch.held(left.resultNow()));
            }
        }
    }
}
