package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendProvider;
import dev.lockstep.backend.Value;
import dev.lockstep.device.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules about bits: a result depends on op, shapes, dtypes and layouts only; never on warm-up, on what other
 * threads do, or on which rows stand beside it. Extend it and name the provider.
 */
public abstract class BitsContract {
    /** Enough for the last compiler tier, which takes over after some 10,000 calls or rounds of a loop. */
    private static final int HOT_CALLS = 20_000;

    private static final int CALLS_BESIDE_ANOTHER_THREAD = 200;
    private static final int ROWS = 128;
    private static final long COLD_SECONDS = 120;

    private final Backend backend = open(provider());

    /** For subclasses. */
    protected BitsContract() {}

    /** {@return the provider of the backend under test; its class needs a public constructor without parameters} */
    protected abstract BackendProvider provider();

    private static Backend open(BackendProvider provider) {
        return provider.open(new Device(provider.deviceType(), 0));
    }

    @Test
    final void hotCallsHaveTheBitsOfACompilerlessJvm(@TempDir Path folder) throws IOException, InterruptedException {
        List<BitCase> cases = BitCases.mixed();
        List<String> cold = coldDigests(folder);
        assertEquals(cases.size(), cold.size(), "the cold JVM ran every case");
        for (int i = 0; i < cases.size(); i++) {
            warm(cases.get(i));
            try (var values = new Values(backend)) {
                assertEquals(
                        cold.get(i),
                        i + " " + cases.get(i).digest(values),
                        cases.get(i).name());
            }
        }
    }

    /** Runs a case often: all of them together reach the limit, since cases of a group share their kernels. */
    private void warm(BitCase c) {
        int calls = HOT_CALLS / 20;
        try (var values = new Values(backend)) {
            Value[] inputs = c.inputs(values);
            for (int i = 0; i < calls; i++) {
                for (Value output : backend.execute(c.op(), inputs)) {
                    output.close();
                }
            }
        }
    }

    private List<String> coldDigests(Path folder) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-Xmx"))
                .forEach(command::add);
        command.addAll(List.of("-Xint", "-cp", System.getProperty("java.class.path")));
        command.addAll(
                List.of(ColdDigests.class.getName(), provider().getClass().getName()));
        Path output = folder.resolve("cold.txt");
        Process cold = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(cold.waitFor(COLD_SECONDS, TimeUnit.SECONDS), "the cold JVM ends in time");
            assertEquals(0, cold.exitValue(), () -> read(output));
        } finally {
            cold.destroyForcibly();
        }
        return read(output)
                .lines()
                .filter(line -> line.startsWith(ColdDigests.MARK))
                .map(line -> line.substring(ColdDigests.MARK.length()))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    final void twoThreadsAtOnceHaveTheBitsOfOne() {
        List<BitCase> cases = BitCases.mixed();
        List<String> alone = cases.stream().map(this::digest).toList();
        var first = CompletableFuture.runAsync(() -> repeat(cases, alone, 0));
        var second = CompletableFuture.runAsync(() -> repeat(cases, alone, cases.size() / 2));
        CompletableFuture.allOf(first, second).join();
    }

    private String digest(BitCase c) {
        try (var values = new Values(backend)) {
            return c.digest(values);
        }
    }

    private void repeat(List<BitCase> cases, List<String> expected, int from) {
        for (int call = 0; call < CALLS_BESIDE_ANOTHER_THREAD * 10; call++) {
            int i = (from + call) % cases.size();
            assertEquals(expected.get(i), digest(cases.get(i)), cases.get(i).name());
        }
    }

    @TestFactory
    final Stream<DynamicTest> rowsHaveTheBitsTheyHaveAmongOthers() {
        return RowCases.all().stream()
                .flatMap(c -> Stream.of(1, 2, 3, 7, 16, 64)
                        .map(rows ->
                                DynamicTest.dynamicTest(c.name() + ", " + rows + " rows", () -> rowsAlone(c, rows))));
    }

    private void rowsAlone(RowCases.RowCase c, int rows) {
        try (var values = new Values(backend)) {
            double[] numbers = Values.normals(ROWS * c.width(), 11);
            double[] all = Values.numbers(c.run(values, ROWS, numbers));
            int width = all.length / ROWS;
            for (int from : new int[] {0, 5, ROWS - rows}) {
                double[] part = Arrays.copyOfRange(numbers, from * c.width(), (from + rows) * c.width());
                double[] alone = Values.numbers(c.run(values, rows, part));
                double[] among = Arrays.copyOfRange(all, from * width, (from + rows) * width);
                assertArrayEquals(among, alone, c.name() + ", rows from " + from);
            }
            assertFalse(Arrays.stream(all).anyMatch(Double::isNaN));
        }
    }
}
