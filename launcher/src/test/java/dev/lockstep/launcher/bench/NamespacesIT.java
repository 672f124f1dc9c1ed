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
        Process possible = script("possible");
        String reason = new String(possible.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (possible.waitFor() == 0) {
            return;
        }
        System.err.println("skipped: " + reason);
        if ("1".equals(System.getenv("LOCKSTEP_REQUIRE_NAMESPACES"))) {
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

    private static Process bench(int machine) throws IOException {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", NAME + (machine + 1)));
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(WorkerCommand.ENGINE_FLAGS);
        line.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), LockstepCommand.class.getName()));
        line.addAll(List.of("bench", "allreduce", "--nnodes", "" + MACHINES, "--node-rank", "" + machine));
        line.addAll(List.of("--rendezvous", "10.79.0.1:29500", "--bytes", "4,1MiB", "--seconds", "0.1", "--json"));
        ProcessBuilder builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LOCKSTEP_TOKEN", "a secret of the test");
        return builder.start();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 1000})
    void fourMachinesSumOverShapedLinks(int megabits) throws Exception {
        Process up = script("up", NAME, "" + MACHINES, megabits + "mbit");
        String said = new String(up.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, up.waitFor(), said);
        for (int machine = 0; machine < MACHINES; machine++) {
            benches.add(bench(machine));
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
        double gigabytes = megabits / 8000.0;
        for (JsonNode line : lines) {
            assertEquals(MACHINES, line.path("workers").asInt());
            assertEquals("tcp", line.path("transport").asText());
            double limit = line.path("limit_GBps").asDouble();
            assertTrue(limit > 0 && limit < 1.1 * gigabytes, "a plain connection got " + limit + " GB/s");
            double rate = line.path("busbw_GBps").asDouble();
            assertTrue(rate < 1.3 * gigabytes, "a sum got " + rate + " GB/s");
        }
    }
}
