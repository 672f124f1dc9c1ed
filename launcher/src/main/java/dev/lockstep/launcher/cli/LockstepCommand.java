package dev.lockstep.launcher.cli;

import dev.lockstep.launcher.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code lockstep} command. */
@Command(
        name = "lockstep",
        description = "Distributed deep-learning training for the JVM: the same bits on one worker or many.",
        mixinStandardHelpOptions = true,
        versionProvider = LockstepCommand.VersionText.class,
        subcommands = {
            RunCommand.class,
            AgentCommand.class,
            BenchCommand.class,
            DataCommand.class,
            DoctorCommand.class,
            ShellCommand.class,
            VersionCommand.class
        },
        footer = {"", "Example:", "  lockstep run --nproc-per-node 2 digits -- --epochs 5"})
public final class LockstepCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        int exitCode = execute(arguments);
        System.out.flush();
        System.err.flush();
        System.exit(exitCode);
    }

    /** Runs a command line in this process and returns its exit code. */
    public static int execute(String... arguments) {
        return line().execute(FlagNames.normalize(arguments));
    }

    static CommandLine line() {
        CommandLine line = new CommandLine(new LockstepCommand());
        line.setParameterExceptionHandler(CommandErrors::badCommandLine);
        line.setExecutionExceptionHandler(CommandErrors::failed);
        line.setUnmatchedOptionsArePositionalParams(false);
        line.setUsageHelpLongOptionsMaxWidth(32);
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** Tells picocli the version. */
    static final class VersionText implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"lockstep " + Version.current()};
        }
    }
}
