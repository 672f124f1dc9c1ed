package dev.lockstep.launcher.cli;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.PrintWriter;
import picocli.CommandLine;

/** Turns exceptions into one message and an exit code. */
final class CommandErrors {
    private CommandErrors() {}

    /** A flag or command that is not known, with what it may have been meant to be. */
    static int badCommandLine(CommandLine.ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println("lockstep: " + e.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        }
        err.flush();
        return ExitCode.USAGE;
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
