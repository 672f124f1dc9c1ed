package dev.lockstep.launcher.bench;

import dev.lockstep.layout.DType;
import dev.lockstep.train.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The program of a worker of {@code bench train --workers W}: it trains its share, and rank 0 writes the report. */
public final class TrainWorker {
    private static final String NONE = "-";

    private TrainWorker() {}

    /** {@return what {@link #main} takes to do {@code options} and write the report to {@code file}} */
    static List<String> arguments(TrainOptions options, Instant launched, Path file, TrainWorkers.Report report) {
        return List.of(
                options.task().label(),
                Integer.toString(options.batch()),
                Integer.toString(options.length().steps()),
                options.data().map(Path::toString).orElse(NONE),
                options.init().map(Path::toString).orElse(NONE),
                Long.toString(launched.toEpochMilli()),
                file.toString(),
                Boolean.toString(report.json()),
                options.products().name(),
                Compression.name(options.compression()),
                Double.toString(options.length().seconds()),
                Boolean.toString(report.profile()));
    }

    /** Trains as a worker of the current job. */
    public static void main(String[] arguments) throws IOException {
        Job job = Job.current();
        Instant launched = Instant.ofEpochMilli(Long.parseLong(arguments[5]));
        Optional<StepProfile> profile = Boolean.parseBoolean(arguments[11])
                ? Optional.of(StepProfile.install(job.settings().device(), System::nanoTime))
                : Optional.empty();
        TrainReport report = new TrainBench(options(arguments, job), launched, System::nanoTime, profile).run(job);
        if ("0".equals(System.getenv("RANK"))) {
            Files.writeString(
                    Path.of(arguments[6]), Boolean.parseBoolean(arguments[7]) ? report.toJson() : report.toText());
        }
    }

    private static TrainOptions options(String[] arguments, Job job) {
        Job.Settings settings = job.settings();
        return new TrainOptions(
                TrainTask.named(arguments[0]).orElseThrow(),
                Integer.parseInt(arguments[1]),
                new TrainOptions.Length(Integer.parseInt(arguments[2]), Double.parseDouble(arguments[10])),
                new TrainOptions.Crew(settings.maxWorkers(), settings.threads(), settings.virtualRanks()),
                settings.seed(),
                path(arguments[3]),
                path(arguments[4]),
                DType.valueOf(arguments[8]),
                Compression.named(arguments[9]).orElseThrow());
    }

    private static Optional<Path> path(String argument) {
        return argument.equals(NONE) ? Optional.empty() : Optional.of(Path.of(argument));
    }
}
