package dev.lockstep.launcher.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.device.Device;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.layout.DType;
import dev.lockstep.train.CommHook;
import dev.lockstep.train.Job;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainBenchTest {
    /** Three steps away from equal weights, other orders of the sums in f32 stay below this. */
    private static final double TOLERANCE = 1e-4;

    private static final int STEPS = 3;

    @TempDir
    Path folder;

    /** Losses recorded by record_losses.py. */
    @ParameterizedTest
    @CsvSource({
        "mlp,       8, 2.30309, 2.37214, 2.39097",
        "mlp-small, 8, 2.27662, 2.34760, 2.36144",
        "lenet,     8, 2.30820, 2.31443, 2.29311",
        "gpt,       2, 4.38433, 3.67968, 3.44182",
        "lstm,      8, 2.29925, 2.28773, 2.31055"
    })
    void givesTheLossesOfPyTorch(String model, int batch, double first, double second, double third) {
        BenchFiles.write(folder);
        TrainReport report = run(options(model, batch, Optional.of(folder), Optional.empty()));
        assertArrayEquals(new double[] {first, second, third}, report.losses(), TOLERANCE);
    }

    /**
     * Batch norm over so few rows magnifies rounding: PyTorch's own second and third losses differ by 0.0006 and 0.02
     * between f32 and f64, and Winograd's convolutions round more coarsely: with them the second loss is 2.69737, with
     * oneDNN's direct ones 2.69579. The losses here are those of f64; a wrong gradient moves the second by more than a
     * tenth.
     */
    @Test
    void givesTheFirstLossesOfPyTorchForAResidualNet() {
        BenchFiles.write(folder);
        double[] losses = run(options("resnet18", 4, Optional.of(folder), Optional.empty()))
                .losses();
        assertEquals(2.40955, losses[0], TOLERANCE);
        assertEquals(2.69583, losses[1], 5e-3);
    }

    @Test
    void countsTheStepsAfterTheWarmUpOnly() {
        TrainOptions options = options("mlp-small", 8, Optional.empty(), Optional.empty());
        double[] seconds = {9, 7, 0.5, 0.25, 4};
        var report =
                new TrainReport(options, seconds, new double[5], new TrainReport.Footprint(1, 1), Optional.empty());
        assertEquals(0.5, report.medianStepSeconds()); // The median of 0.25, 0.5 and 4.
        assertEquals(16, report.samplesPerSecond());
    }

    @Test
    void saysAfterHowManyStepsTheyAreAsFastAsTheyStay() {
        TrainOptions options = options("mlp-small", 8, Optional.empty(), Optional.empty());
        double[] seconds = new double[60];
        Arrays.setAll(seconds, step -> step < 20 ? 2 : step % 7 == 0 ? 3 : 1); // A slow one now and then.
        var report =
                new TrainReport(options, seconds, new double[60], new TrainReport.Footprint(1, 1), Optional.empty());
        assertEquals(16, report.stepsToSteady()); // 16 to 19 and 21 are slow, the six others of eleven fast.
    }

    @Test
    void takesTheAgeOfAProcessFromTicksAndUptime() {
        String stat = "24361 (a (b) c) R 24353 24353 9102 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 1180303 3133440";
        assertEquals(80_000_000, ProcessFacts.ageNanos(stat, "11803.11 5681.36"));
    }

    @Test
    void beginsNoStepOnceTheTimeIsOver() {
        var crew = new TrainOptions.Crew(1, 1, 1);
        var length = TrainOptions.Length.ofSeconds(0.003); // Steps end after 2 and 4 ms of this clock.
        var options = new TrainOptions(
                TrainTask.MLP_SMALL,
                8,
                length,
                crew,
                0,
                Optional.empty(),
                Optional.empty(),
                DType.F32,
                CommHook.allReduce());
        assertEquals(2, train(options).stepSeconds().length);
    }

    @Test
    void roundsTheFactorsOfProductsIfAsked() {
        var crew = new TrainOptions.Crew(1, 1, 1);
        double[] exact =
                run(options("mlp-small", 8, Optional.empty(), Optional.empty())).losses();
        double[] rounded = run(new TrainOptions(
                        TrainTask.MLP_SMALL,
                        8,
                        TrainOptions.Length.ofSteps(STEPS),
                        crew,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        DType.BF16,
                        CommHook.allReduce()))
                .losses();
        assertNotEquals(exact[0], rounded[0]);
        assertArrayEquals(exact, rounded, 2e-2); // A factor moves by 2^-9 of itself at most.
    }

    @Test
    void startsFromAFlatFileInTheOrderOfTheParameters() {
        BenchFiles.write(folder);
        int count = 784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10;
        Path zeros = folder.resolve("zeros.f32");
        BenchFiles.floats(zeros, count, i -> i < count - 10 ? 0 : 1); // Only the last bias: all classes alike.
        double[] losses = run(options("mlp-small", 8, Optional.of(folder), Optional.of(zeros)))
                .losses();
        assertEquals(Math.log(10), losses[0], 1e-6);
    }

    @Test
    void refusesAFileOfWeightsThatDoesNotFit() {
        Path short_ = folder.resolve("short.f32");
        BenchFiles.floats(short_, 7, i -> i);
        var error = assertThrows(
                LaunchException.class, () -> run(options("mlp-small", 8, Optional.empty(), Optional.of(short_))));
        assertTrue(error.getMessage().contains("7 values"), error.getMessage());
        assertTrue(error.getMessage().contains("118282"), error.getMessage());
    }

    @Test
    void refusesDamagedDataByNameAndSize() {
        BenchFiles.write(folder);
        BenchFiles.bytes(folder.resolve("fmnist_train_x.u8"), 100, i -> i);
        var error = assertThrows(
                LaunchException.class, () -> run(options("mlp-small", 8, Optional.of(folder), Optional.empty())));
        assertTrue(error.getMessage().contains("fmnist_train_x.u8 has 100 values"), error.getMessage());
    }

    @Test
    void refusesABatchLargerThanAnEpoch() {
        BenchFiles.write(folder);
        var error = assertThrows(
                LaunchException.class, () -> run(options("gpt", 7, Optional.of(folder), Optional.empty())));
        assertTrue(error.getMessage().contains("--batch is 7"), error.getMessage());
    }

    @Test
    void givesTheSameLossesOnAnyNumberOfThreads() {
        assertArrayEquals(
                run(ofTwoVirtualRanks(1)).losses(), run(ofTwoVirtualRanks(2)).losses());
    }

    private static TrainOptions options(String model, int batch, Optional<Path> data, Optional<Path> init) {
        var crew = new TrainOptions.Crew(1, 1, 1);
        return new TrainOptions(
                TrainTask.named(model).orElseThrow(),
                batch,
                TrainOptions.Length.ofSteps(STEPS),
                crew,
                0,
                data,
                init,
                DType.F32,
                CommHook.allReduce());
    }

    private static TrainOptions ofTwoVirtualRanks(int threads) {
        var crew = new TrainOptions.Crew(1, threads, 2);
        return new TrainOptions(
                TrainTask.MLP_SMALL,
                8,
                TrainOptions.Length.ofSteps(STEPS),
                crew,
                0,
                Optional.empty(),
                Optional.empty(),
                DType.F32,
                CommHook.allReduce());
    }

    private static TrainReport run(TrainOptions options) {
        TrainReport report = train(options);
        assertEquals(STEPS, report.stepSeconds().length);
        assertTrue(Arrays.stream(report.stepSeconds()).allMatch(seconds -> seconds == 0.001));
        return report;
    }

    private static TrainReport train(TrainOptions options) {
        var crew = options.crew();
        var settings = new Job.Settings(crew.virtualRanks(), 1, crew.threads(), 0, Device.CPU, 10);
        AtomicLong clock = new AtomicLong();
        return new TrainBench(options, ProcessFacts.launched(), () -> clock.getAndAdd(1_000_000), Optional.empty())
                .run(Job.alone(settings));
    }
}
