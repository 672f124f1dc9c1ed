package dev.lockstep.launcher.worker;

import dev.lockstep.device.Device;
import dev.lockstep.launcher.EarlyEngine;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.NativeProcess;
import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.BlackBox;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.MessageCodec;
import dev.lockstep.launcher.link.WorkerMessage;
import dev.lockstep.train.Job;
import dev.lockstep.train.Trainer;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/** The main class of a worker process. Started by an agent only: what to run comes over the link. */
public final class WorkerMain {
    private static final long FAREWELL_MILLIS_MAX = 5_000;

    /** Whether the program is over and this process closes the link itself. */
    private static volatile boolean leaving;

    private WorkerMain() {}

    /** Runs the program that the agent names; takes no arguments. */
    public static void main(String[] arguments) throws IOException {
        NativeProcess.detachFromTerminalAndDieWithParent();
        EarlyEngine.open(Device.CPU);
        String id = variable("LOCKSTEP_WORKER");
        BlackBox box = BlackBox.open(Path.of(variable("LOCKSTEP_BLACK_BOX")));
        Link<WorkerMessage, AgentMessage> link = connect(Path.of(variable("LOCKSTEP_LINK")));
        link.send(new WorkerMessage.Hello(variable("LOCKSTEP_LINK_TOKEN"), id));
        AgentMessage.Welcome welcome = welcome(link);
        Orders orders = new Orders();
        Thread.ofPlatform().daemon().name("link-read").start(() -> obey(link, orders));
        Runtime.getRuntime().exit(work(link, box, welcome, orders));
    }

    private static int work(
            Link<WorkerMessage, AgentMessage> link, BlackBox box, AgentMessage.Welcome welcome, Orders orders) {
        AgentMessage.JobFlags flags = welcome.settings();
        int exitCode = ExitCode.OK;
        try (JobReducers reducers = new JobReducers(link, box, flags, orders)) {
            Job.install(new Job(settings(flags), reducers, new LinkStepLog(link), System::nanoTime));
            UserProgram.of(welcome.mainClass()).run(welcome.arguments());
            Trainer.finishUnfinished();
            box.write(-1, 0, 0, BlackBox.Phase.END);
            link.send(new WorkerMessage.Ended(reducers.trained()));
        } catch (Throwable e) { // The edge of the process: whatever ended the program is reported.
            WorkerMessage.Failed failed = Failures.describe(e);
            exitCode = failed.exitCode();
            e.printStackTrace(); // To this worker's stderr.log.
            try {
                ErrorFile.write(Path.of(variable("LOCKSTEP_LOGS")), failed, box); // First: the agent may end us for it.
            } finally {
                link.send(failed);
            }
        }
        System.out.flush();
        System.err.flush();
        leaving = true;
        link.finish(FAREWELL_MILLIS_MAX);
        return exitCode;
    }

    private static Job.Settings settings(AgentMessage.JobFlags flags) {
        return new Job.Settings(
                flags.virtualRanks(), flags.maxWorkers(), flags.threads(), flags.seed(), Device.CPU, flags.logEvery());
    }

    private static Link<WorkerMessage, AgentMessage> connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        return new Link<>(channel, MessageCodec.ofWorker(), MessageCodec.ofAgent(), "link-send");
    }

    private static AgentMessage.Welcome welcome(Link<WorkerMessage, AgentMessage> link) {
        Optional<AgentMessage> first = link.receive();
        if (first.isPresent() && first.get() instanceof AgentMessage.Welcome welcome) {
            return welcome;
        }
        throw new IllegalStateException("worker: the agent did not say what to run but " + first);
    }

    /** Ends the process at once when the agent is gone or says so: nothing of a worker is worth keeping without it. */
    private static void obey(Link<WorkerMessage, AgentMessage> link, Orders orders) {
        for (var next = link.receive(); next.isPresent(); next = link.receive()) {
            switch (next.get()) {
                case AgentMessage.Welcome _ -> throw new AssertionError("worker: welcomed twice");
                case AgentMessage.Form form -> orders.formed(form);
                case AgentMessage.Complete(var generation) -> orders.complete(generation);
                case AgentMessage.Stop _ -> Runtime.getRuntime().halt(ExitCode.LOST);
            }
        }
        if (!leaving) {
            Runtime.getRuntime().halt(ExitCode.LOST);
        }
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalStateException("worker: " + name + " is not set; workers are started by `lockstep run`");
        }
        return value;
    }
}
