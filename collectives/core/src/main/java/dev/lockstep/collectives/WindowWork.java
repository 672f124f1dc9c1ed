package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.Rounds;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Window;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/** One collective over a window. Its end is thread-safe; its steps belong to whoever holds the runner's lock. */
final class WindowWork implements Work {
    private static final Object WELL = new Object();
    private static final AtomicReferenceFieldUpdater<WindowWork, @Nullable Object> END =
            AtomicReferenceFieldUpdater.newUpdater(WindowWork.class, Object.class, "end");

    private final WindowRunner runner;
    private final long sequence;
    private final Signature call;
    private final Rounds rounds;
    private volatile @Nullable Object end;
    private boolean published;
    private int come;
    private long written;

    WindowWork(WindowRunner runner, long sequence, Signature call, Rounds rounds) {
        this.runner = runner;
        this.sequence = sequence;
        this.call = call;
        this.rounds = rounds;
    }

    /**
     * Goes one round further, if all have come.
     *
     * @return whether it has; if not, {@link #awaited} has not come
     * @throws MismatchException if a peer called something else
     */
    boolean step(Window window) {
        if (!published) {
            written += rounds.put(window);
            window.publish(sequence, call, rounds.announced());
            published = true;
        }
        for (; come < window.size(); come++) {
            if (!window.hasCome(come)) {
                return false;
            }
            window.check(come, runner.name(come), sequence, call);
        }
        boolean more = rounds.take(window);
        window.next();
        published = false;
        come = 0;
        if (!more) {
            END.compareAndSet(this, null, WELL);
        }
        return true;
    }

    long written() {
        return written;
    }

    int awaited() {
        return come;
    }

    void fail(CollectiveException reason) {
        END.compareAndSet(this, null, reason);
    }

    boolean hasEnded() {
        return end != null;
    }

    @Override
    public boolean isDone() {
        return hasEnded() || runner.progress(this);
    }

    @Override
    public void await(Duration timeout) {
        if (!hasEnded()) {
            runner.await(this, timeout);
        }
        if (end instanceof CollectiveException reason) {
            throw reason;
        }
    }

    @Override
    public Optional<CollectiveException> error() {
        return isDone() && end instanceof CollectiveException reason ? Optional.of(reason) : Optional.empty();
    }

    @Override
    public String toString() {
        return runner + ", #" + sequence + " " + call;
    }
}
