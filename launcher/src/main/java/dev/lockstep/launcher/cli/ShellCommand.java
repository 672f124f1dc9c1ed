package dev.lockstep.launcher.cli;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.shell.Prompt;
import dev.lockstep.launcher.shell.Script;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lockstep shell}: JShell with the engine imported. */
@Command(
        name = "shell",
        description = "Try things out: JShell with tensors, modules, optimizers, data, formats and plots imported.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Without a terminal, or with a file, runs the snippets of a script, with or without semicolons; the first"
                    + " that fails ends it with exit code 1. Values print themselves: a tensor, a module, a plot.",
            "",
            "Example:",
            "  lockstep shell",
            "  echo 'println(ones(2, 3).matmul(ones(3, 2)))' | lockstep shell"
        })
final class ShellCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "a script; - for standard input (default: a prompt on a terminal, else standard input)")
    private @Nullable String file;

    @Override
    public Integer call() {
        if (file == null
                && Optional.ofNullable(System.console())
                        .filter(Console::isTerminal)
                        .isPresent()) {
            return new Prompt(System.in, System.out).talk();
        }
        boolean piped = file == null || file.equals("-");
        try (Script script = new Script(piped ? "standard input" : String.valueOf(file))) {
            script.run(piped ? standardInput() : contents(Path.of(String.valueOf(file))));
        }
        return ExitCode.OK;
    }

    private static String standardInput() {
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT, "standard input cannot be read: " + failure.getMessage(), failure);
        }
    }

    private static String contents(Path script) {
        try {
            return Files.readString(script);
        } catch (IOException failure) {
            throw new LaunchException(ExitCode.USAGE, script + " cannot be read: " + failure.getMessage(), failure);
        }
    }
}
