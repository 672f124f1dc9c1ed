package dev.lockstep.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.launcher.Command;
import dev.lockstep.launcher.toy.TinyTraining;
import dev.lockstep.launcher.toy.Toy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("multijvm")
class SupervisionIT {
    private static String digestOfOne = "";

    @TempDir
    Path folder;

    private Command run(String... arguments) {
        Stream<String> all = Stream.concat(
                Stream.of("run", "--run-dir", folder.resolve("run").toString(), "--heap", "128m"),
                Stream.of(arguments));
        return Command.start(folder, all.toArray(String[]::new));
    }

    private Command train(String... flags) {
        Stream<String> all = Stream.concat(
                Stream.of("--json", "--log-every", "1", "--virtual-ranks", "4", "--threads", "1"), Stream.of(flags));
        return run(Stream.concat(all, Stream.of(TinyTraining.class.getName())).toArray(String[]::new));
    }

    private String digestOf(String... flags) {
        try (Command command = train(flags)) {
            assertEquals(0, command.exitCode(), command.err());
            return command.events("done").getFirst().path("weights_sha256").asText();
        }
    }

    /** The digest of one worker, trained once for all tests. */
    private String undisturbed() {
        if (digestOfOne.isEmpty()) {
            digestOfOne = digestOf();
        }
        return digestOfOne;
    }

    @Test
    void keepsWorkersBeyondTheVirtualRanksAsSpares() {
        String[] flags = {"--json", "--virtual-ranks", "1", "--nproc-per-node", "2", TinyTraining.class.getName()};
        try (Command command = run(flags)) {
            assertEquals(0, command.exitCode(), command.err());
            JsonNode workers = command.events("start").getFirst().path("workers");
            assertEquals("[0, 1)", workers.path(0).path("virtual_ranks").asText());
            assertEquals("[1, 1)", workers.path(1).path("virtual_ranks").asText());
        }
    }

    @Test
    void endsWhenAllProgramsReturn() throws IOException {
        try (Command command = run("--nproc-per-node", "2", Toy.class.getName(), "--", "return")) {
            assertEquals(0, command.exitCode(), command.err());
            assertTrue(command.out().contains("toy return as 0"), command.out());
            assertFalse(command.out().contains("as 1"), "only the first worker's output is shown");
        }
        Path log = folder.resolve("run/logs/attempt-1/rank-00001/stdout.log");
        assertEquals("toy return as 1\n", Files.readString(log));
    }

    @Test
    void tellsOfAnExceptionOnceWithTheUsersFrame() throws IOException {
        try (Command command = run("--nproc-per-node", "2", Toy.class.getName(), "--", "throw")) {
            assertEquals(1, command.exitCode());
            String err = command.err();
            assertTrue(err.contains("label 10 is not one of 0..9"), err);
            assertTrue(err.contains("caused by java.lang.IllegalStateException: the root"), err);
            assertTrue(err.contains("short read, 4 bytes missing"), err);
            assertTrue(err.contains("1 other rank stopped because of it"), err);
            assertEquals(err.indexOf("✗"), err.lastIndexOf("✗"), "one report: " + err);
        }
        try (var files = Files.walk(folder.resolve("run/logs"))) {
            Path error = files.filter(file -> file.endsWith("error.json"))
                    .findFirst()
                    .orElseThrow();
            JsonNode content = Command.parse(Files.readString(error));
            assertEquals(
                    "java.lang.IllegalArgumentException", content.path("class").asText());
            assertEquals(1, content.path("exit_code").asInt());
        }
    }

    @ParameterizedTest
    @CsvSource({"data, 8", "memory, 7", "exit, 1"})
    void endsWithTheCodeOfTheFailure(String what, int expected) {
        try (Command command = run(Toy.class.getName(), "--", what)) {
            assertEquals(expected, command.exitCode(), command.err());
            assertFalse(command.err().contains("\tat "), "no stack trace: " + command.err());
        }
    }

    @Test
    void saysWhyAJvmDidNotStart() {
        try (Command command = run("--jvm-opt", "-XX:NoSuchOption", Toy.class.getName(), "--", "return")) {
            assertEquals(9, command.exitCode());
            assertTrue(command.err().contains("NoSuchOption"), command.err());
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129", "KILL, 137"})
    void leavesNoProcessBehind(String signal, int expected) {
        try (Command command = run("--nproc-per-node", "2", Toy.class.getName(), "--", "wait")) {
            command.await("both workers run", () -> isWaiting(0) && isWaiting(1));
            List<ProcessHandle> workers = command.descendants();
            assertEquals(2, workers.size(), workers.toString());
            Command.signal(signal, command.process().pid());
            assertEquals(expected, command.exitCode(), command.err());
            for (ProcessHandle worker : workers) {
                Command.await("worker " + worker.pid() + " is gone", 20, () -> !worker.isAlive());
            }
        }
    }

    private boolean isWaiting(int rank) {
        Path log = folder.resolve("run/logs/attempt-1/rank-0000" + rank + "/stdout.log");
        try {
            return Files.exists(log) && Files.readString(log).contains("toy wait");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void trainsToTheSameBitsHoweverManyWorkers() {
        assertEquals(64, undisturbed().length());
        assertEquals(undisturbed(), digestOf("--nproc-per-node", "2"));
        assertEquals(undisturbed(), digestOf("--nproc-per-node", "3"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void survivesTheLossOfAWorker(int rank) {
        String undisturbed = undisturbed();
        try (Command command = train("--nproc-per-node", "2", "--inject", "kill=r" + rank + "@step7")) {
            assertEquals(0, command.exitCode(), command.err());
            JsonNode failure = command.events("failure").getFirst();
            assertEquals(rank, failure.path("rank").asInt());
            assertEquals("killed by SIGKILL", failure.path("cause").asText());
            assertEquals(7, failure.path("step").asInt());
            JsonNode generation = command.events("generation").getLast();
            assertEquals(2, generation.path("generation").asInt());
            assertEquals(1, generation.path("workers").size());
            assertTrue(generation.path("recovery_ms").asDouble() > 0, generation.toString());
            assertEquals(
                    undisturbed,
                    command.events("done").getFirst().path("weights_sha256").asText());
        }
    }

    @Test
    void endsWithCode5WhenTheOnlyWorkerDies() {
        try (Command command = train("--inject", "kill=r0@step3")) {
            assertEquals(5, command.exitCode(), command.err());
            assertEquals(5, command.events("done").getFirst().path("exit_code").asInt());
        }
    }

    @Test
    void endsWithCode1WhenTheLossIsNotFinite() {
        try (Command command = run("--nproc-per-node", "2", TinyTraining.class.getName(), "--", "1e30")) {
            assertEquals(1, command.exitCode(), command.err());
            assertTrue(command.err().contains("loss is"), command.err());
        }
    }

    @Test
    void writesTheSameEventsToTheRunFolder() throws IOException {
        try (Command command = train("--nproc-per-node", "2")) {
            assertEquals(0, command.exitCode(), command.err());
            List<String> printed = command.out().lines().toList();
            assertEquals(printed, Files.readAllLines(folder.resolve("run/events.jsonl")));
            assertEvents(command);
        }
        List<String> metrics = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
        assertEquals(40, metrics.size());
        JsonNode last = Command.parse(metrics.getLast());
        assertEquals(40, last.path("step").asInt());
        assertTrue(last.has("loss") && last.has("seconds") && last.has("generation"), last.toString());
        JsonNode run = Command.parse(Files.readString(folder.resolve("run/run.json")));
        assertEquals(0, run.path("exit_code").asInt());
        assertTrue(run.has("ended"), run.toString());
    }

    private static void assertEvents(Command command) {
        List<JsonNode> events = command.events();
        JsonNode start = events.getFirst();
        assertEquals("start", start.path("event").asText());
        assertEquals(4, start.path("virtual_ranks").asInt());
        assertEquals(2, start.path("workers").size());
        assertEquals(1, start.path("workers").path(1).path("rank").asInt());
        assertTrue(start.path("workers").path(1).path("pid").asLong() > 0);
        assertEquals("generation", events.get(1).path("event").asText());
        assertEquals(40, command.events("step").size());
        assertEquals("done", events.getLast().path("event").asText());
        double before = -1;
        for (JsonNode event : events) {
            assertTrue(event.path("ms").asDouble() >= before, event.toString());
            before = event.path("ms").asDouble();
            assertTrue(event.path("time").asText().endsWith("Z"), event.toString());
        }
    }

    @Test
    void runsASourceFile() throws IOException {
        Path source = folder.resolve("Hello.java");
        Files.writeString(source, "void main(String[] args) { IO.println(\"hello \" + args[0]); }\n");
        try (Command command = run(source.toString(), "--", "world")) {
            assertEquals(0, command.exitCode(), command.err());
            assertTrue(command.out().contains("hello world"), command.out());
        }
    }

    @Test
    void showsWhatDoesNotCompile() throws IOException {
        Path source = folder.resolve("Bad.java");
        Files.writeString(source, "void main() { int x = \"text\"; }\n");
        try (Command command = run(source.toString())) {
            assertEquals(1, command.exitCode(), command.err());
            assertTrue(command.err().contains("incompatible types"), command.err());
        }
    }
}
