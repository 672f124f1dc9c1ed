package dev.lockstep.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.launcher.agent.WorkerCommand;
import dev.lockstep.launcher.cli.LockstepCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The real command in a JVM of its own, with its output in files. */
public final class Command implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final long LIMIT_SECONDS = 120;

    private final Path folder;
    private final Process process;

    private Command(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
    }

    /** Starts the command in a folder. */
    public static Command start(Path folder, String... arguments) {
        return start(folder, ProcessBuilder.Redirect.PIPE, arguments);
    }

    /** Starts the command in a folder with a file as its standard input. */
    public static Command startWith(Path input, Path folder, String... arguments) {
        return start(folder, ProcessBuilder.Redirect.from(input.toFile()), arguments);
    }

    private static Command start(Path folder, ProcessBuilder.Redirect input, String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(WorkerCommand.ENGINE_FLAGS);
        line.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        line.add(LockstepCommand.class.getName());
        line.addAll(List.of(arguments));
        try {
            Files.createDirectories(folder);
            ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
            builder.redirectInput(input);
            builder.redirectOutput(folder.resolve("out").toFile());
            builder.redirectError(folder.resolve("err").toFile());
            return new Command(folder, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end and returns the exit code. */
    public int exitCode() {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the command did not end within " + LIMIT_SECONDS + " s; " + out() + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return the running process} */
    public Process process() {
        return process;
    }

    /** Sends a signal by name. */
    public static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return standard output so far} */
    public String out() {
        return read("out");
    }

    /** {@return standard error so far} */
    public String err() {
        return read("err");
    }

    /** {@return the JSON lines of standard output so far} */
    public List<JsonNode> events() {
        String text = out();
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(Command::parse)
                .toList();
    }

    /** {@return the events of one kind} */
    public List<JsonNode> events(String kind) {
        return events().stream()
                .filter(event -> event.path("event").asText().equals(kind))
                .toList();
    }

    /** Waits until something holds. */
    public void await(String what, BooleanSupplier condition) {
        await(what + "; out: " + out() + " err: " + err(), LIMIT_SECONDS, condition);
    }

    /** Waits, within a limit, until something holds. */
    public static void await(String what, long seconds, BooleanSupplier condition) {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > limit) {
                throw new AssertionError("waited in vain: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    /** {@return the processes below the command that live} */
    public List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** Parses one JSON line. */
    public static JsonNode parse(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> below = descendants();
        process.destroyForcibly();
        below.forEach(ProcessHandle::destroyForcibly);
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
