package dev.lockstep.launcher.bench;

import dev.lockstep.layout.DType;
import dev.lockstep.train.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The program of a worker of {@code bench train --workers W}: it trains its share, and rank 0 writes the report. Its
 * arguments have the form {@code name=value}; one that is absent stands for an empty option.
 */
public final class TrainWorker {
    private final Map<String, String> arguments;

    private TrainWorker(Map<String, String> arguments) {
        this.arguments = arguments;
    }

    /** {@return what {@link #main} takes to do {@code options} and write the report to {@code file}} */
    static List<String> arguments(TrainOptions options, Instant launched, Path file, TrainWorkers.Report report) {
        List<String> arguments = new ArrayList<>(List.of(
                "task=" + options.task().label(),
                "batch=" + options.batch(),
                "steps=" + options.length().steps(),
                "seconds=" + options.length().seconds(),
                "products=" + options.products(),
                "compression=" + Compression.name(options.compression()),
                "launched=" + launched.toEpochMilli(),
                "report=" + file,
                "json=" + report.json(),
                "profile=" + report.profile()));
        options.data().ifPresent(data -> arguments.add("data=" + data));
        options.init().ifPresent(init -> arguments.add("init=" + init));
        return arguments;
    }

    /** Trains as a worker of the current job. */
    public static void main(String[] arguments) throws IOException {
        of(List.of(arguments)).train(Job.current());
    }

    static TrainWorker of(List<String> arguments) {
        return new TrainWorker(arguments.stream()
                .map(argument -> argument.split("=", 2))
                .collect(Collectors.toUnmodifiableMap(parts -> parts[0], parts -> parts[1])));
    }

    private void train(Job job) throws IOException {
        Instant launched = Instant.ofEpochMilli(Long.parseLong(text("launched")));
        Optional<StepProfile> profile = Boolean.parseBoolean(text("profile"))
                ? Optional.of(StepProfile.install(job.settings().device(), System::nanoTime))
                : Optional.empty();
        TrainReport report = new TrainBench(options(job.settings()), launched, System::nanoTime, profile).run(job);
        if ("0".equals(System.getenv("RANK"))) {
            boolean json = Boolean.parseBoolean(text("json"));
            Files.writeString(Path.of(text("report")), json ? report.toJson() : report.toText());
        }
    }

    /** {@return the options that {@link #arguments(TrainOptions, Instant, Path, TrainWorkers.Report)} was given} */
    TrainOptions options(Job.Settings settings) {
        return new TrainOptions(
                TrainTask.named(text("task")).orElseThrow(),
                Integer.parseInt(text("batch")),
                new TrainOptions.Length(Integer.parseInt(text("steps")), Double.parseDouble(text("seconds"))),
                new TrainOptions.Crew(settings.maxWorkers(), settings.threads(), settings.virtualRanks()),
                settings.seed(),
                find("data").map(Path::of),
                find("init").map(Path::of),
                DType.valueOf(text("products")),
                Compression.named(text("compression")).orElseThrow());
    }

    private String text(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("bench train: a worker needs " + name + "="));
    }

    private Optional<String> find(String name) {
        return Optional.ofNullable(arguments.get(name));
    }
}
