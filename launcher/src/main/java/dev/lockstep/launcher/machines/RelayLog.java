package dev.lockstep.launcher.machines;

import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.agent.RunListener;
import dev.lockstep.launcher.link.MessageCodec;
import dev.lockstep.launcher.link.WorkerMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * What a machine that joined keeps of a run: the progress that its workers report while one of them leads goes to a
 * file in the shared run folder, where the founder reads it. Confined to the agent's thread.
 */
final class RelayLog implements RunListener, AutoCloseable {
    private final OutputStream progress;
    private final MessageCodec<WorkerMessage> codec = MessageCodec.ofWorker();
    private final Consumer<String> out;

    RelayLog(Path logs, Consumer<String> out) {
        this.out = out;
        try {
            Files.createDirectories(logs);
            progress = Files.newOutputStream(
                    logs.resolve(RelayedProgress.FILE), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "cannot write " + logs + ": " + e, e);
        }
    }

    @Override
    public void announced(Generation generation) {
        out.accept("generation " + generation.number() + " · " + generation.worldSize() + " workers · "
                + generation.reason());
    }

    @Override
    public void formed(Generation generation, OptionalDouble recoveryMillis) {
        progress(new WorkerMessage.Formed(generation.number()));
    }

    @Override
    public void progress(WorkerMessage message) {
        try {
            progress.write(codec.encode(message));
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "cannot write to the run folder: " + e, e);
        }
    }

    @Override
    public void incident(Incident incident, Optional<Detail> detail) {
        out.accept("rank " + incident.rank() + " on " + incident.host() + " (pid " + incident.pid() + "): "
                + incident.cause());
    }

    @Override
    public void tick() {}

    @Override
    public void stopping(int exitCode, String reason) {
        out.accept("stopping with exit code " + exitCode + ": " + reason);
    }

    @Override
    public void close() {
        try {
            progress.close();
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "cannot write to the run folder: " + e, e);
        }
    }
}
