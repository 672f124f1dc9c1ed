package dev.lockstep.launcher.worker;

import dev.lockstep.backend.Backends;
import dev.lockstep.collectives.parallel.ElasticReducer;
import dev.lockstep.device.Device;
import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.BlackBox;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.WorkerMessage;
import dev.lockstep.train.GradientReducer;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the reducer of this worker's trainer: one a process for now. Closes it if the program did not. */
final class JobReducers implements Supplier<GradientReducer>, AutoCloseable {
    private final Link<WorkerMessage, AgentMessage> link;
    private final BlackBox box;
    private final AgentMessage.JobFlags flags;
    private final Orders orders;
    private @Nullable GradientReducer made;

    JobReducers(Link<WorkerMessage, AgentMessage> link, BlackBox box, AgentMessage.JobFlags flags, Orders orders) {
        this.link = link;
        this.box = box;
        this.flags = flags;
        this.orders = orders;
    }

    @Override
    public synchronized GradientReducer get() {
        if (made != null) {
            throw new IllegalStateException("a job has one trainer, and this program makes a second one");
        }
        GradientReducer reducer = new WatchedReducer(create(), box, flags.killAtStep());
        made = reducer;
        return reducer;
    }

    private GradientReducer create() {
        if (flags.maxWorkers() == 1) {
            return new SoloReducer(link, orders);
        }
        DataPlane plane = LocalPlane.open(flags, line -> link.send(new WorkerMessage.Remark(line)));
        LinkGroupSource source =
                new LinkGroupSource(link, orders, plane, Duration.ofMillis(flags.collectiveTimeoutMillis()));
        return new ElasticReducer(source, Backends.of(Device.CPU).memory(), System::nanoTime);
    }

    synchronized boolean trained() {
        return made != null;
    }

    @Override
    public synchronized void close() {
        if (made != null) {
            made.close();
        }
    }
}
