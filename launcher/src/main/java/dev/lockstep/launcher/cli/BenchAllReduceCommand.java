package dev.lockstep.launcher.cli;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.netty.TcpOptions;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.bench.allreduce.AllReduceBench;
import dev.lockstep.launcher.bench.allreduce.AllReduceOptions;
import dev.lockstep.launcher.bench.allreduce.Nodes;
import dev.lockstep.layout.DType;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
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
        footer = {
            "",
            "Examples:",
            "  lockstep bench allreduce --workers 4 --transport shm --bytes 4,64KiB,16MiB",
            "  lockstep bench allreduce --nnodes 2 --node-rank 0 --rendezvous 10.0.0.1:29500   (and the same with",
            "  --node-rank 1 on the other machine, LOCKSTEP_TOKEN set to one secret on both)"
        })
final class BenchAllReduceCommand implements Callable<Integer> {

    private static final int TOKEN_BYTES = 16;
    private static final int UNSET = Integer.MIN_VALUE;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--workers", paramLabel = "W", description = "workers in all (default: 2, or one a machine)")
    private int workers = UNSET;

    @Option(names = "--nnodes", paramLabel = "N", description = "machines that take part (default: ${DEFAULT-VALUE})")
    private int machines = 1;

    @Option(names = "--node-rank", paramLabel = "R", description = "which of them this one is, from 0")
    private int machine;

    @Option(names = "--rendezvous", paramLabel = "HOST:PORT", description = "where they meet: an address of machine 0")
    private String rendezvous = "";

    @Option(
            names = "--network",
            paramLabel = "CIDR",
            description = "the addresses that data goes over (default: those that lead to the rendezvous)")
    private String network = "";

    @Option(
            names = "--transport",
            paramLabel = "shm|tcp|aeron|inprocess",
            description = "how workers are connected (default: shm, or tcp between machines)")
    private String transport = "";

    @Option(
            names = "--sockets",
            paramLabel = "K",
            description = "TCP connections a pair of workers (default: ${DEFAULT-VALUE})")
    private int sockets = 1;

    @ArgGroup(exclusive = false)
    private @Nullable TlsFlags tls;

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
        Nodes nodes = nodes();
        if (workers == UNSET) {
            workers = machines == 1 ? 2 : machines;
        }
        if (transport.isEmpty()) {
            transport = machines == 1 ? "shm" : "tcp";
        }
        checkFlags();
        AllReduceOptions.Sum sum = sum();
        AllReduceOptions options = new AllReduceOptions(
                workers,
                AllReduceOptions.Transport.valueOf(transport.toUpperCase(Locale.ROOT)),
                new AllReduceOptions.Tcp(sockets, TlsFlags.files(tls)),
                sum,
                sizes(sum.dtype()),
                seconds,
                json);
        new AllReduceBench(
                        options,
                        nodes,
                        Installation.current(),
                        spec.commandLine().getOut())
                .run();
        return ExitCode.OK;
    }

    private void checkFlags() {
        Values.atLeast(spec, "--workers", workers, 1);
        if (workers % machines != 0) {
            throw Values.bad(
                    spec, "--workers is " + workers + ", which " + machines + " machines cannot share equally");
        }
        Values.matches(spec, "--transport", transport, "shm|tcp|aeron|inprocess", "shm, tcp, aeron or inprocess");
        Values.matches(spec, "--algorithm", algorithm, "tree|ring|doubling|fastest", "tree, ring, doubling or fastest");
        Values.matches(spec, "--dtype", dtype, "f32|f64|bf16|f16|i32|i64", "f32, f64, bf16, f16, i32 or i64");
        Values.matches(spec, "--op", op, "sum|mean|min|max|product", "sum, mean, min, max or product");
        Values.between(spec, "--sockets", sockets, 1, TcpOptions.SOCKETS_MAX);
        if (!transport.equals("tcp") && (tls != null || sockets > 1)) {
            throw Values.bad(spec, "--transport is " + transport + ": --sockets and TLS are for tcp");
        }
        if (!(seconds > 0 && seconds <= 3600)) {
            throw Values.bad(spec, "--seconds is " + seconds + " but must lie between 0 and 3600");
        }
    }

    private Nodes nodes() {
        Values.atLeast(spec, "--nnodes", machines, 1);
        String token = System.getenv("LOCKSTEP_TOKEN");
        if (machines == 1) {
            byte[] fresh = new byte[TOKEN_BYTES];
            new SecureRandom().nextBytes(fresh);
            return Nodes.alone(HexFormat.of().formatHex(fresh));
        }
        if (machine < 0 || machine >= machines) {
            throw Values.bad(spec, "--node-rank is " + machine + " but must lie between 0 and " + (machines - 1));
        }
        Values.matches(spec, "--rendezvous", rendezvous, ".+:[0-9]{1,5}", "HOST:PORT, an address of machine 0");
        Values.matches(spec, "--network", network, "|[0-9a-fA-F.:]+/[0-9]{1,3}", "addresses such as 10.0.0.0/24");
        if (transport.equals("shm") || transport.equals("inprocess")) {
            throw Values.bad(spec, "--transport is " + transport + " but machines are connected by tcp or aeron");
        }
        if (token == null || token.isEmpty()) {
            throw Values.bad(spec, "--nnodes is " + machines + ": set LOCKSTEP_TOKEN to one secret on all machines");
        }
        return new Nodes(machines, machine, rendezvous, network, token);
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
