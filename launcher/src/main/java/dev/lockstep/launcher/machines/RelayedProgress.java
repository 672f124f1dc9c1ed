package dev.lockstep.launcher.machines;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.link.LogTail;
import dev.lockstep.launcher.link.MessageCodec;
import dev.lockstep.launcher.link.WorkerMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reads what machines that joined report by the shared run folder. Confined to one thread. */
public final class RelayedProgress {
    static final String FILE = "progress.jsonl";

    private final Path logs;
    private final Consumer<WorkerMessage> progress;
    private final MessageCodec<WorkerMessage> codec = MessageCodec.ofWorker();
    private final Map<Path, LogTail> tails = new LinkedHashMap<>();

    /** Makes a reader of the files below an attempt's log folder. */
    public RelayedProgress(Path logs, Consumer<WorkerMessage> progress) {
        this.logs = logs;
        this.progress = progress;
    }

    /** Hands on what has come since the last call. */
    public void poll() {
        try (var agents = Files.newDirectoryStream(logs, "agent-*")) {
            for (Path agent : agents) {
                tails.computeIfAbsent(agent.resolve(FILE), file -> new LogTail(file, this::hear));
            }
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "cannot read " + logs + ": " + e, e);
        }
        tails.values().forEach(tail -> tail.poll(false));
    }

    private void hear(String line) {
        progress.accept(codec.decode(line));
    }
}
