package dev.lockstep.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.device.Device;
import dev.lockstep.launcher.Command;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchTrainCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine line = LockstepCommand.line();
        line.setErr(new PrintWriter(err));
        line.setOut(new PrintWriter(out));
        List<String> all =
                Stream.concat(Stream.of("bench", "train"), Stream.of(arguments)).toList();
        return line.execute(all.toArray(String[]::new));
    }

    @Test
    void printsOneJsonObjectWithWhatWasMeasured() {
        int code = execute("--model", "mlp-small", "--steps", "4", "--threads", "1", "--json");
        assertEquals(0, code, err.toString());
        assertEquals(1, out.toString().lines().count());
        JsonNode report = Command.parse(out.toString());
        assertEquals("mlp-small", report.path("model").asText());
        assertEquals(32, report.path("batch").asInt());
        assertEquals(4, report.path("steps").asInt());
        assertEquals(1, report.path("virtual_ranks").asInt());
        assertTrue(report.path("samples_per_second").asDouble() > 0, out.toString());
        assertTrue(report.path("peak_rss_bytes").asLong() > 50_000_000, out.toString());
        assertTrue(report.path("seconds_to_first_step").asDouble() > 0, out.toString());
        assertTrue(report.path("loss_first").asDouble() > 0, out.toString());
        assertTrue(report.path("loss_last").asDouble() > 0, out.toString());
    }

    @Test
    void opensTheEngineEarlyOnlyWhereThisProcessTrains() {
        assertTrue(BenchTrainCommand.trainsHere(List.of("bench", "train", "--model", "mlp")));
        assertTrue(BenchTrainCommand.trainsHere(List.of("bench", "train", "--workers", "1", "--model", "mlp")));
        assertTrue(BenchTrainCommand.trainsHere(List.of("bench", "train", "--workers=1")));
        assertFalse(BenchTrainCommand.trainsHere(List.of("bench", "train", "--model", "mlp", "--workers", "2")));
        assertFalse(BenchTrainCommand.trainsHere(List.of("bench", "train", "--workers", "12")));
        assertFalse(BenchTrainCommand.trainsHere(List.of("bench", "train", "--workers")));
        assertFalse(BenchTrainCommand.trainsHere(List.of("bench", "train", "--workers=2")));
        assertFalse(BenchTrainCommand.trainsHere(List.of("bench", "train", "--help")));
        assertFalse(BenchTrainCommand.trainsHere(List.of("bench", "allreduce", "--seconds", "1")));
        assertFalse(BenchTrainCommand.trainsHere(List.of("run", "train")));
    }

    @Test
    void printsATableOtherwise() {
        assertEquals(0, execute("--model", "mlp-small", "--steps", "1", "--threads", "2", "--virtual-ranks", "4"));
        assertTrue(out.toString().contains("2 thread(s), 4 virtual rank(s)"), out.toString());
        assertTrue(out.toString().contains("samples/s"), out.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--model=vgg",
                "--batch=0",
                "--threads=0",
                "--virtual-ranks=-1",
                "--steps=0",
                "--workers=0",
                "--workers=2000",
                "--seconds=0",
                "--seconds=NaN",
                "--device=tpu",
                "--compression=zip",
                "--transport=pigeon",
                "--data=/nonexistent",
                "--init=/nonexistent"
            })
    void refusesBadValues(String flag) {
        String name = flag.substring(0, flag.indexOf('='));
        int code = name.equals("--model") ? execute(flag) : execute("--model", "mlp-small", flag);
        assertEquals(2, code);
        assertTrue(err.toString().contains(name), err.toString());
        assertFalse(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void saysWhichOpsTookTheTimeOfTheSecondHalf() {
        Backend before = Backends.of(Device.CPU);
        try {
            assertEquals(0, execute("--model", "mlp-small", "--steps", "4", "--threads", "1", "--profile", "--json"));
        } finally {
            Backends.use(before);
        }
        JsonNode report = Command.parse(out.toString());
        assertEquals(2, report.path("profiled_steps").asInt());
        double sum = 0;
        double linears = 0;
        for (JsonNode op : report.path("profile")) {
            sum += op.path("ms").asDouble();
            linears +=
                    op.path("op").asText().equals("linear") ? op.path("calls").asDouble() : 0;
        }
        assertEquals(3, linears, report.toString()); // A step: three layers.
        assertTrue(sum > 0 && sum <= report.path("profiled_step_ms").asDouble(), report.toString());
        assertTrue(report.path("profile_by_shapes").toString().contains("[32, 784]"), report.toString());
    }

    @Test
    void saysThatThereIsNoCuda() {
        assertEquals(9, execute("--model", "mlp", "--device", "cuda"));
        assertTrue(err.toString().contains("no CUDA backend"), err.toString());
    }

    @Test
    void namesTheModelsThereAre() {
        assertEquals(2, execute("--model", "vgg"));
        assertTrue(err.toString().contains("mlp, mlp-small, lenet, resnet18, gpt"), err.toString());
    }
}
