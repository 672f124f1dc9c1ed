package dev.lockstep.launcher.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.train.CommHook;
import dev.lockstep.train.Job;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainWorkerTest {
    private static final Job.Settings SETTINGS = new Job.Settings(6, 3, 2, 42, Device.CPU, 10);

    private static TrainOptions options(Optional<Path> data, Optional<Path> init) {
        return new TrainOptions(
                TrainTask.named("lenet").orElseThrow(),
                48,
                new TrainOptions.Length(7, 2.5),
                new TrainOptions.Crew(3, 2, 6),
                42,
                data,
                init,
                DType.BF16,
                CommHook.fp16Compress());
    }

    private static TrainOptions asWorkerReads(TrainOptions options) {
        List<String> arguments =
                TrainWorker.arguments(options, Instant.EPOCH, Path.of("report"), new TrainWorkers.Report(false, true));
        return TrainWorker.of(arguments).options(SETTINGS);
    }

    @Test
    void aWorkerReadsTheOptionsThatItWasGiven() {
        TrainOptions options = options(Optional.of(Path.of("a=b/data")), Optional.of(Path.of("init.f32")));

        assertEquals(options, asWorkerReads(options));
    }

    @Test
    void whatIsAbsentStaysAbsent() {
        TrainOptions options = options(Optional.empty(), Optional.empty());

        assertEquals(options, asWorkerReads(options));
    }

    @Test
    void aMissingArgumentIsNamed() {
        TrainWorker worker = TrainWorker.of(List.of("task=mlp"));

        Throwable error = assertThrows(IllegalArgumentException.class, () -> worker.options(SETTINGS));

        assertTrue(error.getMessage().contains("batch="), error.getMessage());
    }
}
