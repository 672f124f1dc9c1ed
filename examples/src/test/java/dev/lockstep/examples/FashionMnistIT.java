package dev.lockstep.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.data.DataException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two workers on the real images, for a few steps; one is killed in the middle. */
@Tag("multijvm")
class FashionMnistIT {
    private static final int STEPS = 40;
    private static final int KILL_AFTER_STEP = 15;

    @TempDir
    static Path shared;

    private static String digest = "";

    @TempDir
    Path folder;

    @BeforeAll
    static void train() {
        findData();
        trainUndisturbed();
    }

    private static void findData() {
        try {
            FashionMnistData.read(Optional.empty());
        } catch (DataException missing) {
            if ("1".equals(System.getenv("LOCKSTEP_REQUIRE_DATA"))) {
                throw missing;
            }
            assumeTrue(false, "data: " + missing.getMessage());
        }
    }

    /** The run that nothing disturbs. It learns: guessing reaches 0.10, and it sees one image in twelve. */
    private static void trainUndisturbed() {
        try (Launched run = start(shared)) {
            JsonNode done = run.done();
            assertTrue(done.path("accuracy").asDouble() > 0.6, done.toString());
            assertEquals(STEPS, run.events("step").size());
            digest = done.path("weights_sha256").asText();
        }
    }

    private static Launched start(Path folder) {
        return Launched.run(
                folder,
                "run",
                "--nproc-per-node",
                "2",
                "--threads",
                "1",
                "--virtual-ranks",
                "4",
                "--log-every",
                "1",
                "fashion-mnist",
                "--",
                "--steps",
                Integer.toString(STEPS));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void endsWithTheSameBitsWhenAWorkerIsKilled(int rank) {
        try (Launched run = start(folder)) {
            JsonNode worker = run.await("start", any -> true).path("workers").path(rank);
            run.await("step", step -> step.path("step").asInt() >= KILL_AFTER_STEP);
            long pid = worker.path("pid").asLong();
            assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
            JsonNode done = run.done();
            assertEquals(digest, done.path("weights_sha256").asText());
            assertEquals(STEPS, done.path("steps").asInt());
            JsonNode failure = run.events("failure").getFirst();
            assertEquals(pid, failure.path("pid").asLong());
            assertEquals("killed by SIGKILL", failure.path("cause").asText());
            JsonNode generation = run.events("generation").getLast();
            assertEquals(2, generation.path("generation").asInt());
            assertTrue(generation.path("recovery_ms").asDouble() > 0, generation.toString());
        }
    }
}
