package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.WorkerId;
import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.BlackBox;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.WorkerMessage;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A worker process of this agent and what is known of it. Confined to the agent's thread. */
final class Child {
    final WorkerId id;
    final int localRank;
    final Path logs;
    final Path blackBox;
    final Process process;

    @Nullable
    Link<AgentMessage, WorkerMessage> link;
    /** When its death was first seen, on the monotonic clock; 0 while it lives. */
    long evidenceNanos;

    boolean joined;
    boolean ended;
    boolean reaped;
    boolean connected;
    /** When it is killed if it has not exited by itself; 0 for never. */
    long killAtNanos;

    WorkerMessage.@Nullable Failed failure;

    Child(WorkerId id, int localRank, Path logs, Path blackBox, Process process) {
        this.id = id;
        this.localRank = localRank;
        this.logs = logs;
        this.blackBox = blackBox;
        this.process = process;
    }

    void say(AgentMessage message) {
        if (link != null) {
            link.send(message);
        }
    }

    long pid() {
        return process.pid();
    }

    BlackBox.Entry lastPlace() {
        return BlackBox.read(blackBox);
    }

    /** {@return where to read more of what happened to it} */
    RunListener.Detail detail() {
        return new RunListener.Detail(localRank, logs, Optional.ofNullable(failure));
    }
}
