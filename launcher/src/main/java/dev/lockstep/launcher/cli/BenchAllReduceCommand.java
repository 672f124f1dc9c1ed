package dev.lockstep.launcher.cli;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.bench.allreduce.AllReduceBench;
import dev.lockstep.launcher.bench.allreduce.AllReduceOptions;
import dev.lockstep.layout.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep bench allreduce}: measures the sum over workers. */
@Command(
        name = "allreduce",
        description = "Measure the sum over workers, results checked.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Example:", "  lockstep bench allreduce --workers 4 --transport shm --bytes 4,64KiB,16MiB"})
final class BenchAllReduceCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--workers", paramLabel = "W", description = "workers in all (default: ${DEFAULT-VALUE})")
    private int workers = 2;

    @Option(
            names = "--transport",
            paramLabel = "shm|tcp|inprocess",
            description = "how workers are connected (default: ${DEFAULT-VALUE})")
    private String transport = "shm";

    @Option(
            names = "--algorithm",
            paramLabel = "tree|ring|doubling|fastest",
            description = "how they add up (default: ${DEFAULT-VALUE}, whose bits do not depend on the network)")
    private String algorithm = "tree";

    @Option(
            names = "--dtype",
            paramLabel = "f32|f64|bf16|f16|i32|i64",
            description = "what they add up (default: ${DEFAULT-VALUE})")
    private String dtype = "f32";

    @Option(
            names = "--op",
            paramLabel = "sum|mean|min|max|product",
            description = "how elements are combined (default: ${DEFAULT-VALUE})")
    private String op = "sum";

    @Option(
            names = "--bytes",
            paramLabel = "SIZE,...",
            description = "sizes, such as 4, 64KiB or 16MiB (default: ${DEFAULT-VALUE})")
    private String bytes = "4,1KiB,64KiB,1MiB,16MiB,64MiB";

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "how long each size is measured, after half as long a warm-up (default: ${DEFAULT-VALUE})")
    private double seconds = 1;

    @Option(names = "--json", description = "one JSON object a line")
    private boolean json;

    @Override
    public Integer call() {
        Values.atLeast(spec, "--workers", workers, 1);
        Values.matches(spec, "--transport", transport, "shm|tcp|inprocess", "shm, tcp or inprocess");
        Values.matches(spec, "--algorithm", algorithm, "tree|ring|doubling|fastest", "tree, ring, doubling or fastest");
        Values.matches(spec, "--dtype", dtype, "f32|f64|bf16|f16|i32|i64", "f32, f64, bf16, f16, i32 or i64");
        Values.matches(spec, "--op", op, "sum|mean|min|max|product", "sum, mean, min, max or product");
        AllReduceOptions.Sum sum = sum();
        if (!(seconds > 0 && seconds <= 3600)) {
            throw Values.bad(spec, "--seconds is " + seconds + " but must lie between 0 and 3600");
        }
        AllReduceOptions options = new AllReduceOptions(
                workers,
                AllReduceOptions.Transport.valueOf(transport.toUpperCase(Locale.ROOT)),
                sum,
                sizes(sum.dtype()),
                seconds,
                json);
        new AllReduceBench(options, Installation.current(), spec.commandLine().getOut()).run();
        return ExitCode.OK;
    }

    private AllReduceOptions.Sum sum() {
        AllReduceOptions.Sum sum = new AllReduceOptions.Sum(
                Algorithm.valueOf(algorithm.toUpperCase(Locale.ROOT)),
                DType.valueOf(dtype.toUpperCase(Locale.ROOT)),
                ReduceOp.valueOf(op.toUpperCase(Locale.ROOT)));
        if (sum.op() == ReduceOp.MEAN && !sum.dtype().isFloating()) {
            throw Values.bad(spec, "--op is mean but --dtype " + dtype + " has no means; take a floating dtype");
        }
        return sum;
    }

    private List<Long> sizes(DType elements) {
        List<Long> sizes = new ArrayList<>();
        for (String size : bytes.split(",", -1)) {
            Values.matches(spec, "--bytes", size, "[1-9][0-9]{0,9}([KMG]iB)?", "sizes such as 4,64KiB,16MiB");
            long number = Long.parseLong(size.replaceAll("[^0-9]", ""));
            long value = switch (size.replaceAll("[0-9]", "")) {
                case "KiB" -> number << 10;
                case "MiB" -> number << 20;
                case "GiB" -> number << 30;
                default -> number;
            };
            if (value % elements.sizeBytes() != 0 || value > 1L << 34) {
                throw Values.bad(
                        spec,
                        "--bytes has " + size + " but " + dtype + " takes multiples of " + elements.sizeBytes()
                                + ", up to 16GiB");
            }
            sizes.add(value);
        }
        return sizes;
    }
}
