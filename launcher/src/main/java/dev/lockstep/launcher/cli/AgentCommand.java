package dev.lockstep.launcher.cli;

import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.machines.Joining;
import dev.lockstep.launcher.machines.Token;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep agent}: another machine of a job. */
@Command(
        name = "agent",
        description = "Join a job that `lockstep run --nnodes N` has founded, as another machine.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Example:",
            "  lockstep agent --join node-a:29400 --token-file /secret/token --run-dir /mnt/shared/run-1"
        })
final class AgentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--join", required = true, paramLabel = "HOST:PORT", description = "an agent of the job")
    private String rendezvous = "";

    @Option(
            names = "--run-dir",
            required = true,
            paramLabel = "DIR",
            description = "the run folder, shared by all machines")
    private Path runDir = Path.of("");

    @Option(names = "--token-file", paramLabel = "F", description = "the job's secret (default: LOCKSTEP_TOKEN)")
    private @Nullable Path tokenFile;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "this machine's address (default: the one on the way to the agent)")
    private String host = "";

    @Option(
            names = "--rendezvous-timeout",
            paramLabel = "TIME",
            description = "how long to wait for the job (default: 10m)")
    private String timeout = "10m";

    @Option(
            names = "--machine-timeout",
            paramLabel = "TIME",
            description = "silence after which a machine counts as lost (default: ${DEFAULT-VALUE})")
    private String machineTimeout = "500ms";

    @ArgGroup(exclusive = false)
    private @Nullable TlsFlags tls;

    @SuppressWarnings("UnusedVariable") // CommandErrors asks the parse result for it.
    @Option(
            names = {"-v", "--verbose"},
            description = "show stack traces")
    private boolean verbose;

    @Override
    public Integer call() {
        Values.address(spec, "--join", rendezvous);
        String token = Token.read(Optional.ofNullable(tokenFile), Optional.ofNullable(System.getenv("LOCKSTEP_TOKEN")));
        var plan = new Joining.Plan(
                rendezvous,
                host,
                runDir.toAbsolutePath().normalize(),
                token,
                TlsFlags.files(tls),
                Values.duration(spec, "--rendezvous-timeout", timeout),
                Values.machineTimeout(spec, machineTimeout));
        return new Joining(plan, Installation.current(), line -> System.err.println("lockstep agent: " + line)).run();
    }
}
