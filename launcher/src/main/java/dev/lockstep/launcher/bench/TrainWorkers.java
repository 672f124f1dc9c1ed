package dev.lockstep.launcher.bench;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.TlsFiles;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.run.Run;
import dev.lockstep.launcher.run.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs a workload on several workers, each a process as {@code lockstep run} starts it. Confined to one thread. */
public final class TrainWorkers {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final int STEPS_BETWEEN_EVENTS = 1_000_000;

    private final TrainOptions options;
    private final String transport;
    private final Installation installation;
    private final Instant launched;

    /**
     * What is reported.
     *
     * @param profile whether also where the time of rank 0 goes, by op
     * @param json as JSON or as text
     */
    public record Report(boolean profile, boolean json) {}

    /**
     * Prepares a run.
     *
     * @param options what to train, and by how many workers
     * @param transport how they are connected, as {@code lockstep run} takes it
     * @param launched when the command's process started
     */
    public TrainWorkers(TrainOptions options, String transport, Installation installation, Instant launched) {
        this.options = options;
        this.transport = transport;
        this.installation = installation;
        this.launched = launched;
    }

    /**
     * Trains.
     *
     * @return the report of rank 0
     * @throws LaunchException if the workers did not come to the end; why is on the standard error
     */
    public String run(Report report) {
        try {
            Path folder = Files.createTempDirectory("lockstep-bench");
            try {
                Path file = folder.resolve("report");
                int exitCode = new Run(runOptions(folder, file, report), installation).run();
                if (exitCode != ExitCode.OK) {
                    throw new LaunchException(exitCode, "bench train: the workers ended with exit code " + exitCode);
                }
                return Files.readString(file);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "bench train: " + e, e);
        }
    }

    private RunOptions runOptions(Path folder, Path file, Report report) {
        TrainOptions.Crew crew = options.crew();
        return new RunOptions(
                new RunOptions.ProgramOptions(
                        TrainWorker.class.getName(), "", TrainWorker.arguments(options, launched, file, report)),
                new RunOptions.JobOptions(
                        crew.virtualRanks(),
                        options.seed(),
                        "cpu",
                        new RunOptions.Connection(transport, 1, TlsFiles.NONE),
                        TIMEOUT,
                        Optional.empty()),
                new RunOptions.WorkerOptions(crew.workers(), crew.threads(), "1g", List.of(), ""),
                new RunOptions.ClusterOptions(1, "", Optional.empty(), TIMEOUT, TIMEOUT),
                new RunOptions.Output(
                        Optional.of(folder.resolve("run")), "bench", false, STEPS_BETWEEN_EVENTS, -1, false));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
