package dev.lockstep.launcher.cli;

import dev.lockstep.collectives.netty.TcpOptions;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.run.Run;
import dev.lockstep.launcher.run.RunOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep run}: trains here. */
@Command(
        name = "run",
        description = "Run a program on this machine, or on several.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  lockstep run digits",
            "  lockstep run --nproc-per-node 4 --threads 1 fashion-mnist -- --epochs 3",
            "  lockstep run Train.java",
            "  lockstep run --class-path app.jar com.example.Train -- --batch-size 256"
        })
final class RunCommand implements Callable<Integer> {
    private static final int WORKERS_MAX = 1024;
    private static final int THREADS_MAX = 1024;
    private static final int MACHINES_MAX = 4096;
    private static final int VIRTUAL_RANKS_MAX = 1 << 16;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--nproc-per-node",
            paramLabel = "N",
            description = "workers per machine (default: ${DEFAULT-VALUE})")
    private int workers = 1;

    @Option(names = "--nnodes", paramLabel = "N", description = "machines (default: ${DEFAULT-VALUE})")
    private int machines = 1;

    @Option(
            names = {"--rendezvous", "--rdzv-endpoint"},
            paramLabel = "HOST:PORT",
            description = "where the other machines find this one, which must have that address")
    private String rendezvous = "";

    @Option(names = "--token-file", paramLabel = "F", description = "the job's secret (default: LOCKSTEP_TOKEN)")
    private @Nullable Path tokenFile;

    @Option(
            names = "--rendezvous-timeout",
            paramLabel = "TIME",
            description = "how long to wait for all machines (default: 10m)")
    private String rendezvousTimeout = "10m";

    @Option(
            names = "--machine-timeout",
            paramLabel = "TIME",
            description = "silence after which a machine counts as lost (default: ${DEFAULT-VALUE})")
    private String machineTimeout = "500ms";

    @Option(names = "--threads", paramLabel = "T", description = "compute threads a worker (default: cores / workers)")
    private @Nullable Integer threads;

    @Option(
            names = "--virtual-ranks",
            paramLabel = "V",
            description = "slices of the global batch; they fix the bits (default: by batch and workers)")
    private @Nullable Integer virtualRanks;

    @Option(names = "--seed", paramLabel = "S", description = "the job's seed (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--device", paramLabel = "cpu|cuda", description = "where tensors live (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    @Option(
            names = "--transport",
            paramLabel = "auto|shm|tcp|aeron",
            description =
                    "how workers exchange gradients; auto: shared memory on one machine (default: ${DEFAULT-VALUE})")
    private String transport = "auto";

    @Option(
            names = "--sockets",
            paramLabel = "K",
            description = "TCP connections a pair of workers (default: ${DEFAULT-VALUE})")
    private int sockets = 1;

    @ArgGroup(exclusive = false)
    private @Nullable TlsFlags tls;

    @Option(names = "--cpu-isa", paramLabel = "avx2|avx512", description = "the highest instruction set to use")
    private String cpuIsa = "";

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            description = "heap of each worker; tensors lie outside (default: ${DEFAULT-VALUE})")
    private String heap = "1g";

    @Option(names = "--jvm-opt", paramLabel = "OPT", description = "an option for the workers' JVMs (repeatable)")
    private List<String> jvmOptions = new ArrayList<>();

    @Option(names = "--class-path", paramLabel = "PATH", description = "where the program's classes are")
    private String classPath = "";

    @Option(
            names = "--collective-timeout",
            paramLabel = "TIME",
            description = "how long a collective may wait: 300s, 5m (default: 5m)")
    private String collectiveTimeout = "5m";

    @Option(names = "--run-dir", paramLabel = "DIR", description = "the run folder (default: runs/ID)")
    private @Nullable Path runDir;

    @Option(
            names = {"--run-id", "--rdzv-id"},
            paramLabel = "ID",
            description = "the run's id (default: made)")
    private String runId = "";

    @Option(
            names = "--log-every",
            paramLabel = "N",
            description = "steps between two progress events (default: ${DEFAULT-VALUE})")
    private int logEvery = 10;

    @Option(names = "--json", description = "standard output is JSON lines only")
    private boolean json;

    @Option(names = "--no-progress", description = "draw no progress bar")
    private boolean noProgress;

    @Option(
            names = {"-v", "--verbose"},
            description = "show stack traces")
    private boolean verbose;

    @Option(
            names = {"-q", "--quiet"},
            description = "show failures only")
    private boolean quiet;

    @Option(names = "--inject", paramLabel = "FAULT", description = "for tests: kill=rR@stepS")
    private @Nullable String inject;

    @Parameters(
            index = "0",
            paramLabel = "PROGRAM",
            description = "a bundled example, a .java file, a jar, or a main class")
    private String program = "";

    @Parameters(index = "1..*", paramLabel = "ARGS", description = "after `--`: the program's own arguments")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        return new Run(options(), Installation.current()).run();
    }

    private RunOptions options() {
        checkFlags();
        var job = new RunOptions.JobOptions(
                orZero(virtualRanks),
                seed,
                device,
                new RunOptions.Connection(transport, sockets, TlsFlags.files(tls)),
                Values.duration(spec, "--collective-timeout", collectiveTimeout),
                kill());
        var worker = new RunOptions.WorkerOptions(workers, orZero(threads), heap, jvmOptions, cpuIsa);
        var cluster = new RunOptions.ClusterOptions(
                machines,
                rendezvous,
                Optional.ofNullable(tokenFile),
                Values.duration(spec, "--rendezvous-timeout", rendezvousTimeout),
                Values.machineTimeout(spec, machineTimeout));
        int verbosity = verbose ? 1 : quiet ? -1 : 0;
        var output = new RunOptions.Output(Optional.ofNullable(runDir), runId, json, logEvery, verbosity, !noProgress);
        return new RunOptions(
                new RunOptions.ProgramOptions(program, classPath, arguments), job, worker, cluster, output);
    }

    private static int orZero(@Nullable Integer value) {
        return value == null ? 0 : value;
    }

    private void checkFlags() {
        Values.between(spec, "--nproc-per-node", workers, 1, WORKERS_MAX);
        Values.between(spec, "--threads", threads == null ? 1 : threads, 1, THREADS_MAX);
        Values.between(spec, "--virtual-ranks", virtualRanks == null ? 1 : virtualRanks, 1, VIRTUAL_RANKS_MAX);
        Values.atLeast(spec, "--log-every", logEvery, 1);
        Values.matches(spec, "--heap", heap, "[1-9][0-9]*[kKmMgG]", "a size such as 512m or 2g");
        Values.matches(spec, "--cpu-isa", cpuIsa, "|avx2|avx512", "avx2 or avx512");
        Values.matches(spec, "--device", device, "cpu|cuda(:[0-9]+)?", "cpu or cuda");
        Values.matches(spec, "--run-id", runId, "[A-Za-z0-9._-]{0,100}", "letters, digits, '.', '_' and '-'");
        Values.matches(spec, "--transport", transport, "auto|shm|tcp|aeron", "auto, shm, tcp or aeron");
        Values.between(spec, "--sockets", sockets, 1, TcpOptions.SOCKETS_MAX);
        checkMachines();
        if (transport.equals("aeron") && (tls != null || sockets > 1)) {
            throw Values.bad(spec, "--transport is aeron, which has no TLS and one stream a pair: take tcp");
        }
        if (device.startsWith("cuda")) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT, "--device cuda: no CUDA backend in this build; use --device cpu");
        }
    }

    private void checkMachines() {
        Values.between(spec, "--nnodes", machines, 1, MACHINES_MAX);
        if (machines == 1 && rendezvous.isEmpty()) {
            return;
        }
        Values.address(spec, "--rendezvous", rendezvous);
        if (runDir == null) {
            throw Values.bad(spec, "--nnodes " + machines + " needs --run-dir DIR, a folder that all machines share");
        }
    }

    private Optional<RunOptions.Kill> kill() {
        if (inject == null) {
            return Optional.empty();
        }
        Values.matches(spec, "--inject", inject, "kill=r[0-9]{1,6}@step[0-9]{1,15}", "kill=rR@stepS");
        String[] parts = inject.substring("kill=r".length()).split("@step", 2);
        return Optional.of(new RunOptions.Kill(Integer.parseInt(parts[0]), Long.parseLong(parts[1])));
    }
}
