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

    @TempDir
    Path folder;

    /** Learning takes five epochs; what is equal after them is equal because it is after each step. */
    @Test
    void learnsOnOneWorkerAndOnTwoToTheSameBits() {
        JsonNode alone = train(1, 2, "--epochs", "5");
        assertTrue(alone.path("accuracy").asDouble() >= ACCURACY_MIN, alone.toString());
        assertEquals(alone.path("weights_sha256"), train(2, 1, "--epochs", "5").path("weights_sha256"));
    }

    @Test
    void makesTheSameStepsOnTwoThreeAndFiveWorkers() {
        Map<String, String> digests = new LinkedHashMap<>();
        for (int workers : List.of(2, 3, 5)) {
            JsonNode done = train(workers, 1 + workers % 2, "--steps", "5");
            digests.put(workers + " workers", done.path("weights_sha256").asText());
        }
        assertEquals(1, digests.values().stream().distinct().count(), digests.toString());
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
