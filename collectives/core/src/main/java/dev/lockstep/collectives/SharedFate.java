package dev.lockstep.collectives;

import dev.lockstep.collectives.transport.Transport;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a group and its sub-groups have in common: one transport, and that a failure of one is the end of all. */
final class SharedFate {
    private final Transport transport;
    private final List<CollectiveRunner> runners = new CopyOnWriteArrayList<>();
    private volatile boolean failed;
    private volatile CollectiveException reason = new GroupAbortedException("nothing has failed");

    SharedFate(Transport transport) {
        this.transport = transport;
    }

    void add(CollectiveRunner runner) {
        runners.add(runner);
        if (failed) {
            runner.fail(reason);
        }
    }

    void remove(CollectiveRunner runner) {
        runners.remove(runner);
    }

    /** Fails everything; does not wait for the runners, since one of their threads may call this. */
    boolean fail(CollectiveException why) {
        mark(why);
        runners.forEach(runner -> runner.fail(why));
        return transport.abort(why);
    }

    private synchronized void mark(CollectiveException why) {
        if (!failed) {
            reason = why;
            failed = true;
        }
    }

    boolean hasFailed() {
        return failed;
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
