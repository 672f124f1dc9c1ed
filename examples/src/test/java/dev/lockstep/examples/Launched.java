package dev.lockstep.examples;

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
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** {@code lockstep run --json} in a JVM of its own, with its output in a folder. */
final class Launched implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final long LIMIT_SECONDS = 240;

    private final Path folder;
    private final Process process;

    private Launched(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
    }

    /** Starts a run; its files go into a folder of the given name. */
    static Launched run(Path parent, String name, String... arguments) {
        Path folder = parent.resolve(name);
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(WorkerCommand.ENGINE_FLAGS);
        line.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        line.addAll(List.of(LockstepCommand.class.getName(), "run", "--json", "--heap", "512m", "--run-dir"));
        line.add(folder.resolve("run").toString());
        line.addAll(List.of(arguments));
        try {
            Files.createDirectories(folder);
            ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
            builder.redirectOutput(folder.resolve("out").toFile());
            builder.redirectError(folder.resolve("err").toFile());
            return new Launched(folder, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end and returns the last event; fails if the run did. */
    JsonNode done() {
        if (exitCode() != 0) {
            throw new AssertionError("exit code " + process.exitValue() + ": " + read("err"));
        }
        return events("done").getLast();
    }

    /** Waits for the end and returns the exit code. */
    int exitCode() {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the run did not end within " + LIMIT_SECONDS + " s: " + read("err"));
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return process.exitValue();
    }

    /** {@return the events of a kind so far} */
    List<JsonNode> events(String kind) {
        String text = read("out");
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(Launched::parse)
                .filter(event -> event.path("event").asText().equals(kind))
                .toList();
    }

    /** Waits for an event of a kind. */
    JsonNode await(String kind, Predicate<JsonNode> wanted) {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (System.nanoTime() < limit && process.isAlive()) {
            var found = events(kind).stream().filter(wanted).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            LockSupport.parkNanos(5_000_000);
        }
        throw new AssertionError("no such " + kind + " event came: " + read("out") + read("err"));
    }

    @Override
    public void close() {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroyForcibly();
        below.forEach(ProcessHandle::destroyForcibly);
    }

    private static JsonNode parse(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
