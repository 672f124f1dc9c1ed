package dev.lockstep.launcher.cli;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.program.Suggestion;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Turns exceptions into one message and an exit code. */
final class CommandErrors {
    private CommandErrors() {}

    /** A flag or command that is not known, with what it may have been meant to be. */
    static int badCommandLine(CommandLine.ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println(
                "lockstep: " + (e instanceof CommandLine.UnmatchedArgumentException u ? unknown(u) : e.getMessage()));
        err.println("See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return ExitCode.USAGE;
    }

    private static String unknown(CommandLine.UnmatchedArgumentException e) {
        var command = e.getCommandLine();
        String typed = e.getUnmatched().getFirst();
        boolean isFlag = typed.startsWith("-");
        List<String> known = isFlag
                ? command.getCommandSpec().options().stream()
                        .flatMap(option -> Stream.of(option.names()))
                        .toList()
                : List.copyOf(command.getSubcommands().keySet());
        return "unknown " + (isFlag ? "flag '" : "command '") + typed + "'"
                + Suggestion.nearest(typed, known)
                        .or(() -> e.getSuggestions().stream().findFirst())
                        .map(name -> "; did you mean " + name + "?")
                        .orElse("");
    }

    /** A command that could not do its work; a stack trace only if it was asked for, or if the fault is ours. */
    static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        PrintWriter err = line.getErr();
        boolean ours = !(e instanceof LaunchException);
        err.println("lockstep: " + (ours ? "internal error: " + e : e.getMessage()));
        if (ours || isVerbose(parsed)) {
            e.printStackTrace(err);
        }
        err.flush();
        return e instanceof LaunchException launch ? launch.exitCode() : ExitCode.USER;
    }

    private static boolean isVerbose(CommandLine.ParseResult parsed) {
        for (var at = parsed; at != null; at = at.hasSubcommand() ? at.subcommand() : null) {
            if (at.hasMatchedOption("--verbose")) {
                return true;
            }
        }
        return false;
    }
}
