package dev.lockstep.collectives;

import dev.lockstep.collectives.transport.Transport;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a group and its sub-groups have in common: one transport, and that a failure of one is the end of all.
 * Thread-safe.
 *
 * <pre>
 * Note [A failure is one moment]: whoever has seen a collective fail must not see a later one of the same fate succeed,
 * in whatever group, or it would go on where its peers have stopped. Runners are told of a failure one after the other,
 * and a thread that waited for the first goes on while the last has not heard yet. So all look at one place, where the
 * reason stands before any of them is told: {@link #reason}. A runner's own failure, which ends a sub-group that was
 * closed, is another matter and ends nobody else.
 * </pre>
 */
final class SharedFate {
    private final Transport transport;
    private final List<CollectiveRunner> runners = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable CollectiveException> reason = new AtomicReference<>();

    SharedFate(Transport transport) {
        this.transport = transport;
    }

    void add(CollectiveRunner runner) {
        runners.add(runner);
        CollectiveException before = reason.get();
        if (before != null) {
            runner.fail(before);
        }
    }

    void remove(CollectiveRunner runner) {
        runners.remove(runner);
    }

    /** Fails everything; does not wait for the runners, since one of their threads may call this. */
    boolean fail(CollectiveException why) {
        reason.compareAndSet(null, why);
        runners.forEach(runner -> runner.fail(why));
        return transport.abort(why);
    }

    /** {@return the first failure, or null while there was none} */
    @Nullable
    CollectiveException reason() {
        return reason.get();
    }

    /** Fails everything and waits, within a bound, until nothing runs; returns whether that is so. */
    boolean abort(CollectiveException why) {
        boolean silent = fail(why);
        for (CollectiveRunner runner : runners) {
            silent &= runner.awaitQuiet();
        }
        if (silent) {
            transport.close();
        }
        return silent;
    }
}
