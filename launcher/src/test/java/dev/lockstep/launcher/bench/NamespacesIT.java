package dev.lockstep.launcher.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.launcher.Command;
import dev.lockstep.launcher.agent.WorkerCommand;
import dev.lockstep.launcher.cli.LockstepCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bench allreduce} between machines that are network namespaces with shaped links. */
class NamespacesIT {
    private static final Path SCRIPT =
            Path.of("..", "examples", "benchmarks", "namespaces.sh").toAbsolutePath();
    private static final String NAME = "lst" + ProcessHandle.current().pid() + "n";
    private static final int MACHINES = 4;
    private static final long LIMIT_SECONDS = 120;

    private final List<Process> benches = new ArrayList<>();

    @BeforeAll
    static void namespacesCanBeMade() throws Exception {
        need("plain");
    }

    /** Skips the test where this machine has no links of a kind, and fails it where the build says that it has them. */
    private static void need(String links) throws Exception {
        Process possible = script("possible", links);
        String reason = new String(possible.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (possible.waitFor() == 0) {
            return;
        }
        System.err.println("skipped: " + reason);
        String required = System.getenv().getOrDefault("LOCKSTEP_REQUIRE_NAMESPACES", "");
        if (required.contains(links)) {
            fail(reason);
        }
        assumeTrue(false, reason);
    }

    private static Process script(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of("bash", SCRIPT.toString()));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    @AfterEach
    void endEverything() throws Exception {
        benches.forEach(bench -> bench.descendants().forEach(ProcessHandle::destroyForcibly));
        benches.forEach(Process::destroyForcibly);
        script("down", NAME).waitFor();
    }

    private static Process bench(int machine, String... flags) throws IOException {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", NAME + (machine + 1)));
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(WorkerCommand.ENGINE_FLAGS);
        line.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), LockstepCommand.class.getName()));
        line.addAll(List.of("bench", "allreduce", "--nnodes", "" + MACHINES, "--node-rank", "" + machine));
        line.addAll(List.of("--rendezvous", "10.79.0.1:29500", "--bytes", "4,1MiB", "--seconds", "0.1", "--json"));
        line.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LOCKSTEP_TOKEN", "a secret of the test");
        return builder.start();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 1000})
    void fourMachinesSumOverShapedLinks(int megabits) throws Exception {
        up(megabits + "mbit");
        double gigabytes = megabits / 8000.0;
        for (JsonNode line : linesOfAll()) {
            assertEquals("tcp", line.path("transport").asText());
            double limit = line.path("limit_GBps").asDouble();
            assertTrue(limit > 0 && limit < 1.1 * gigabytes, "a plain connection got " + limit + " GB/s");
            double rate = line.path("busbw_GBps").asDouble();
            assertTrue(rate < 1.3 * gigabytes, "a sum got " + rate + " GB/s");
        }
    }

    /** The bench compares every result with the sum that it knows: what is lost on the way must not be lost in it. */
    @ParameterizedTest
    @ValueSource(strings = {"--transport=tcp --sockets=4", "--transport=aeron"})
    void fourMachinesSumOverLinksThatLoseAndDelay(String flags) throws Exception {
        need("bad");
        up("500mbit", "0.1", "1");
        for (JsonNode line : linesOfAll(flags.split(" "))) {
            double micros = line.path("p50_us").asDouble();
            assertTrue(micros > 1000, "a sum took " + micros + " us where each way takes a millisecond");
        }
    }

    private static void up(String... link) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("up", NAME, "" + MACHINES));
        arguments.addAll(List.of(link));
        Process up = script(arguments.toArray(String[]::new));
        String said = new String(up.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, up.waitFor(), said);
    }

    /** {@return what the first machine prints, a line a size, once all have ended well} */
    private List<JsonNode> linesOfAll(String... flags) throws Exception {
        for (int machine = 0; machine < MACHINES; machine++) {
            benches.add(bench(machine, flags));
        }
        List<JsonNode> lines = new ArrayList<>();
        for (Process bench : benches) {
            bench.inputReader(StandardCharsets.UTF_8)
                    .lines()
                    .map(Command::parse)
                    .forEach(lines::add);
            assertTrue(bench.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
            assertEquals(0, bench.exitValue());
        }
        assertEquals(2, lines.size(), "only the first machine prints: " + lines);
        lines.forEach(line -> assertEquals(MACHINES, line.path("workers").asInt()));
        return lines;
    }
}
