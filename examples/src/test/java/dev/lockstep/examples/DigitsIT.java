package dev.lockstep.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promise of the whole house, on real data: who computes does not matter. */
@Tag("multijvm")
class DigitsIT {
    private static final double ACCURACY_MIN = 0.95;
    private static String digestOfOne = "";

    @TempDir
    Path folder;

    /** Learning takes five epochs; what is equal after them is equal because it is after each step. */
    @Test
    void learnsOnOneWorkerAndOnTwoToTheSameBits() {
        JsonNode alone = train(1, 2, "--epochs", "5");
        assertTrue(alone.path("accuracy").asDouble() >= ACCURACY_MIN, alone.toString());
        assertEquals(alone.path("weights_sha256"), train(2, 1, "--epochs", "5").path("weights_sha256"));
    }

    /** One process alone, then every count of workers of which some divide eight and some do not, by every way. */
    @Test
    void makesTheSameStepsWithAnyNumberOfWorkersOverAnyTransport() {
        Map<String, String> digests = new LinkedHashMap<>();
        digests.put("alone", alone());
        digests.put("2 over shm", digestOfSteps(2, "shm"));
        digests.put("3 over tcp", digestOfSteps(3, "tcp"));
        digests.put("4 over aeron", digestOfSteps(4, "aeron"));
        digests.put("5 over shm", digestOfSteps(5, "shm"));
        digests.put("8 over tcp, two sockets a pair", digestOfSteps(8, "tcp", "--sockets", "2"));
        assertEquals(1, digests.values().stream().distinct().count(), digests.toString());
    }

    @Test
    void aRunThatWasLostGoesOnWithAnotherNumberOfWorkers() {
        String undisturbed = alone();
        String[] line = {
            "--virtual-ranks",
            "8",
            "--threads",
            "1",
            "--nproc-per-node",
            "1",
            "--inject",
            "kill=r0@step4",
            "digits",
            "--",
            "--steps",
            "5",
            "--state",
            folder.resolve("state.safetensors").toString(),
            "--state-every",
            "2"
        };
        try (Launched lost = Launched.run(folder, "lost", line)) {
            assertEquals(5, lost.exitCode());
        }
        line[5] = "2";
        line[7] = "kill=r0@step1"; // Long past: the state is that of step 2.
        try (Launched resumed = Launched.run(folder, "resumed", line)) {
            assertEquals(undisturbed, resumed.done().path("weights_sha256").asText());
        }
    }

    /** {@return the digest of the steps of one worker, made once for all tests} */
    private String alone() {
        if (digestOfOne.isEmpty()) {
            digestOfOne = digestOfSteps(1, "auto");
        }
        return digestOfOne;
    }

    private String digestOfSteps(int workers, String transport, String... flags) {
        List<String> line = new ArrayList<>(List.of("--transport", transport, "--virtual-ranks", "8"));
        line.addAll(List.of("--nproc-per-node", Integer.toString(workers), "--threads", "1"));
        line.addAll(List.of(flags));
        line.addAll(List.of("digits", "--", "--steps", "5"));
        try (Launched run = Launched.run(folder, workers + transport, line.toArray(String[]::new))) {
            return run.done().path("weights_sha256").asText();
        }
    }

    private JsonNode train(int workers, int threads, String... length) {
        List<String> line = new ArrayList<>(List.of("--nproc-per-node", Integer.toString(workers)));
        line.addAll(List.of("--threads", Integer.toString(threads), "--virtual-ranks", "8", "digits", "--"));
        line.addAll(List.of(length));
        try (Launched run = Launched.run(folder, workers + "x" + threads, line.toArray(String[]::new))) {
            return run.done();
        }
    }
}
