package dev.lockstep.launcher.shell;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import jdk.jshell.tool.JavaShellToolBuilder;

/** JShell for a person at a terminal, with everything imported and values printed whole. */
public final class Prompt {
    private static final int VALUE_CHARS = 20_000;
    private static final String MODE = String.join(
            "\n",
            "/set mode lockstep normal -command",
            "/set prompt lockstep \"lockstep> \" \"      ...> \"",
            "/set truncation lockstep " + VALUE_CHARS + " expression,varvalue",
            "/set format lockstep display \"{value}{post}\" expression-ok",
            "/set feedback lockstep",
            "");

    private final InputStream in;
    private final PrintStream out;
    private boolean remembers = true;

    /** Makes a session on a terminal's streams. */
    public Prompt(InputStream in, PrintStream out) {
        this.in = in;
        this.out = out;
    }

    /** Leaves the user's history and settings of JShell alone. Returns this. */
    Prompt withoutHistory() {
        remembers = false;
        return this;
    }

    /**
     * Talks until the end of the input or {@code /exit}. Returns JShell's exit code.
     *
     * @throws LaunchException if this Java has no JShell, or no file can be made
     */
    public int talk() {
        Path startup = startup();
        try {
            List<String> arguments = new ArrayList<>(List.of("--execution", "local", "--class-path"));
            arguments.add(System.getProperty("java.class.path"));
            arguments.add("--startup");
            arguments.add(startup.toString());
            JavaShellToolBuilder tool =
                    JavaShellToolBuilder.builder().in(in, null).out(out).err(out);
            if (!remembers) {
                tool.persistence(new HashMap<>());
            }
            return tool.start(arguments.toArray(String[]::new));
        } catch (Exception broken) { // JShell declares no narrower type.
            throw new LaunchException(ExitCode.ENVIRONMENT, "JShell ended: " + broken.getMessage(), broken);
        } finally {
            delete(startup);
        }
    }

    private static Path startup() {
        try {
            return Files.writeString(Files.createTempFile("lockstep", ".jsh"), MODE + Imports.text());
        } catch (IOException failure) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "no temporary file: " + failure.getMessage(), failure);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException left) {
            file.toFile().deleteOnExit();
        }
    }
}
