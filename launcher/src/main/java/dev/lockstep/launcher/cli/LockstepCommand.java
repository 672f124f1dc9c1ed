package dev.lockstep.launcher.cli;

import dev.lockstep.device.Device;
import dev.lockstep.launcher.EarlyEngine;
import dev.lockstep.launcher.Version;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        footer = {"", "Example:", "  lockstep run --nproc-per-node 2 digits -- --epochs 5"})
public final class LockstepCommand implements Runnable {
    /** The commands by their names, in the order of the usage. To read the names off the annotations takes time. */
    private static final Map<String, Class<?>> COMMANDS = commands();

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
        String[] normal = FlagNames.normalize(arguments);
        if (BenchTrainCommand.trainsHere(List.of(normal))) {
            EarlyEngine.open(Device.CPU);
        }
        return line(normal).execute(normal);
    }

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand.class);
        commands.put("agent", AgentCommand.class);
        commands.put("bench", BenchCommand.class);
        commands.put("data", DataCommand.class);
        commands.put("doctor", DoctorCommand.class);
        commands.put("shell", ShellCommand.class);
        commands.put("version", VersionCommand.class);
        return Collections.unmodifiableMap(commands);
    }

    /**
     * {@return the parser for some arguments} It knows the one command that they name, since each costs a start some
     * ten milliseconds; and all where they name none, to list them or to suggest one.
     */
    static CommandLine line(String... arguments) {
        CommandLine line = new CommandLine(new LockstepCommand());
        Class<?> named = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
        if (named != null) {
            line.addSubcommand(named);
        } else {
            COMMANDS.values().forEach(line::addSubcommand);
        }
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
