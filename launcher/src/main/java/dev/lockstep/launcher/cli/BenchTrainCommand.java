package dev.lockstep.launcher.cli;

import dev.lockstep.device.Device;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.bench.Compression;
import dev.lockstep.launcher.bench.ProcessFacts;
import dev.lockstep.launcher.bench.StepProfile;
import dev.lockstep.launcher.bench.TrainBench;
import dev.lockstep.launcher.bench.TrainOptions;
import dev.lockstep.launcher.bench.TrainReport;
import dev.lockstep.launcher.bench.TrainTask;
import dev.lockstep.launcher.bench.TrainWorkers;
import dev.lockstep.layout.DType;
import dev.lockstep.train.CommHook;
import dev.lockstep.train.Job;
import dev.lockstep.train.StepLog;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep bench train}: times training steps. */
@Command(
        name = "train",
        description = "Time the training steps of a model.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "samples/s is the batch of all workers by the median time of a step (rows gathered, forward, loss,"
                    + " backward, update, the loss read) once the first tenth of the steps is over.",
            "",
            "Example:",
            "  lockstep bench train --model lenet --threads 2 --json",
            "  lockstep bench train --model mlp --workers 2 --threads 1"
        })
final class BenchTrainCommand implements Callable<Integer> {
    private static final int WORKERS_MAX = 1024;
    private static final Pattern WORKERS = Pattern.compile("=--workers=([^=]*)");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "NAME",
            description = "mlp, mlp-small, lenet, resnet18, gpt or lstm")
    private String model = "";

    @Option(names = "--batch", paramLabel = "B", description = "rows of a batch, of each worker (default: the model's)")
    private @Nullable Integer batch;

    @Option(
            names = "--workers",
            paramLabel = "W",
            description = "processes, each with a batch of its own (default: ${DEFAULT-VALUE})")
    private int workers = 1;

    @Option(
            names = "--transport",
            paramLabel = "auto|shm|tcp|aeron",
            description = "how the processes are connected (default: ${DEFAULT-VALUE})")
    private String transport = "auto";

    @Option(names = "--threads", paramLabel = "T", description = "compute threads a worker (default: cores / workers)")
    private @Nullable Integer threads;

    @Option(
            names = "--virtual-ranks",
            paramLabel = "V",
            description = "slices of the batch (default: threads x workers)")
    private @Nullable Integer virtualRanks;

    @Option(names = "--steps", paramLabel = "N", description = "how many steps to make (default: the model's)")
    private @Nullable Integer steps;

    @Option(names = "--seconds", paramLabel = "S", description = "begin no step after so long (default: no limit)")
    private @Nullable Double seconds;

    @Option(names = "--seed", paramLabel = "S", description = "of weights and made-up data (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--device", paramLabel = "cpu", description = "where tensors live (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    @Option(names = "--autocast", paramLabel = "bf16", description = "round the factors of products to this dtype")
    private @Nullable String autocast;

    @Option(
            names = "--compression",
            paramLabel = "NAME",
            description = "how gradients cross virtual ranks: " + Compression.NAMES + " (default: ${DEFAULT-VALUE})")
    private String compression = "none";

    @Option(names = "--data", paramLabel = "DIR", description = "folder with the data (default: random rows)")
    private @Nullable Path data;

    @Option(names = "--init", paramLabel = "FILE", description = "first weights, flat .f32 or .safetensors")
    private @Nullable Path init;

    @Option(names = "--profile", description = "say where the time goes, by op; of several workers the first one's")
    private boolean profile;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    /** {@return whether these arguments, which nobody has checked yet, make this process train} */
    static boolean trainsHere(List<String> arguments) {
        return arguments.size() > 2
                && arguments.subList(0, 2).equals(List.of("bench", "train"))
                && arguments.stream().noneMatch(argument -> argument.matches("--help|-h"))
                && workers(arguments).allMatch("1"::equals);
    }

    /** {@return what follows {@code --workers}, each time that it is there} */
    private static Stream<String> workers(List<String> arguments) {
        String line = String.join("=", arguments) + "=";
        return WORKERS.matcher(line).results().map(found -> found.group(1));
    }

    @Override
    public Integer call() {
        TrainOptions options = options();
        String report = workers == 1 ? here(options) : there(options);
        PrintWriter out = spec.commandLine().getOut();
        out.println(report);
        out.flush();
        return ExitCode.OK;
    }

    private String here(TrainOptions options) {
        Optional<StepProfile> ops =
                profile ? Optional.of(StepProfile.install(Device.CPU, System::nanoTime)) : Optional.empty();
        TrainReport report =
                new TrainBench(options, ProcessFacts.launched(), System::nanoTime, ops).run(alone(options));
        return json ? report.toJson() : report.toText();
    }

    private String there(TrainOptions options) {
        return new TrainWorkers(options, transport, Installation.current(), ProcessFacts.launched())
                .run(new TrainWorkers.Report(profile, json));
    }

    private static Job alone(TrainOptions options) {
        var settings = new Job.Settings(
                options.crew().virtualRanks(), 1, options.crew().threads(), options.seed(), Device.CPU, 10);
        return new Job(settings, Job.alone(settings).reducer(), StepLog.silent(), System::nanoTime);
    }

    private TrainOptions options() {
        TrainTask task = TrainTask.named(model)
                .orElseThrow(() -> Values.bad(
                        spec, "--model is '" + model + "' but must be one of " + String.join(", ", TrainTask.names())));
        Values.matches(spec, "--device", device, "cpu|cuda(:[0-9]+)?", "cpu or cuda");
        if (device.startsWith("cuda")) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT, "--device cuda: no CUDA backend in this build; use --device cpu");
        }
        Values.between(spec, "--workers", workers, 1, WORKERS_MAX);
        Values.matches(spec, "--transport", transport, "auto|shm|tcp|aeron", "auto, shm, tcp or aeron");
        int cores = Runtime.getRuntime().availableProcessors();
        int each = orElse("--threads", threads, Math.max(1, cores / workers));
        var crew = new TrainOptions.Crew(workers, each, orElse("--virtual-ranks", virtualRanks, each * workers));
        return new TrainOptions(
                task,
                orElse("--batch", batch, task.batch()),
                length(task),
                crew,
                seed,
                existing("--data", data),
                existing("--init", init),
                products(),
                compression());
    }

    private CommHook compression() {
        return Compression.named(compression)
                .orElseThrow(() ->
                        Values.bad(spec, "--compression is '" + compression + "' but must be " + Compression.NAMES));
    }

    private DType products() {
        if (autocast == null) {
            return DType.F32;
        }
        Values.matches(spec, "--autocast", autocast, "bf16", "bf16");
        return DType.BF16;
    }

    private TrainOptions.Length length(TrainTask task) {
        if (seconds == null) {
            return TrainOptions.Length.ofSteps(orElse("--steps", steps, task.steps()));
        }
        if (!(seconds > 0 && seconds <= 86_400)) {
            throw Values.bad(spec, "--seconds is " + seconds + " but must lie between 0 and 86400");
        }
        return new TrainOptions.Length(orElse("--steps", steps, Integer.MAX_VALUE), seconds);
    }

    private int orElse(String flag, @Nullable Integer value, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        Values.atLeast(spec, flag, value, 1);
        return value;
    }

    private Optional<Path> existing(String flag, @Nullable Path path) {
        if (path != null && !Files.exists(path)) {
            throw Values.bad(spec, flag + ": there is no " + path);
        }
        return Optional.ofNullable(path);
    }
}
