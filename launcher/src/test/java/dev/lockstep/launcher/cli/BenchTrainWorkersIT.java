package dev.lockstep.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.launcher.Command;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("multijvm")
class BenchTrainWorkersIT {
    @TempDir
    Path folder;

    @Test
    void trainsWithProcessesAsOneProcessDoes() {
        JsonNode together;
        String[] flags = {"--compression", "bf16"};
        try (Command command = Command.start(folder, line(flags, "--workers", "2", "--batch", "16"))) {
            assertEquals(0, command.exitCode(), command.err());
            together = Command.parse(command.out());
        }
        StringWriter out = new StringWriter();
        CommandLine here = LockstepCommand.line().setOut(new PrintWriter(out));
        assertEquals(0, here.execute(line(flags, "--virtual-ranks", "2", "--batch", "32")));
        assertEquals(2, together.path("workers").asInt());
        assertEquals(16, together.path("batch").asInt());
        assertEquals("bf16", together.path("compression").asText());
        assertEquals(Command.parse(out.toString()).path("losses"), together.path("losses"));
        assertTrue(together.path("samples_per_second").asDouble() > 0, together.toString());
        assertTrue(together.path("seconds_to_first_step").asDouble() > 0, together.toString());
    }

    @Test
    void endsAtTheSameStepByTimeAndSaysWhereItGoes() {
        String[] flags = {
            "bench",
            "train",
            "--model",
            "mlp-small",
            "--threads",
            "1",
            "--json",
            "--batch",
            "16",
            "--workers",
            "2",
            "--seconds",
            "0.1",
            "--profile"
        };
        try (Command command = Command.start(folder, flags)) {
            assertEquals(0, command.exitCode(), command.err());
            JsonNode report = Command.parse(command.out());
            assertTrue(report.path("steps").asInt() > 0, report.toString());
            assertTrue(report.path("profile").toString().contains("\"linear\""), report.toString());
        }
    }

    private static String[] line(String[] common, String... flags) {
        List<String> all = new ArrayList<>(
                List.of("bench", "train", "--model", "mlp-small", "--threads", "1", "--steps", "3", "--json"));
        all.addAll(List.of(common));
        all.addAll(List.of(flags));
        return all.toArray(String[]::new);
    }
}
