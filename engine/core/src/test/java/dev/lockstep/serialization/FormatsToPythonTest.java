package dev.lockstep.serialization;

import static dev.lockstep.serialization.FormatSamples.arrays;
import static dev.lockstep.serialization.FormatSamples.assertSame;
import static dev.lockstep.serialization.FormatSamples.state;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes files and reads them back: here, and in Python where it has torch. */
class FormatsToPythonTest {
    private static final long LIMIT_SECONDS = 300;
    private static final Path SCRIPT = Path.of("src/test/python/formats.py").toAbsolutePath();

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        PyTorchFile.save(state(), folder.resolve("state.pt"));
        Safetensors.save(state(), folder.resolve("state.safetensors"));
        Files.createDirectory(folder.resolve("shards"));
        SafetensorsShards.save(state(), folder.resolve("shards"), 40);
        Npy.saveZip(arrays(), folder.resolve("arrays.npz"));
        Npy.saveZipCompressed(arrays(), folder.resolve("packed.npz"));
        Npy.save(Tensors.of(new float[] {-1, 0.5f, -0.5f, 1, 0, 1.5f}, 3, 2).t(), folder.resolve("weight.npy"));
        Map<String, Object> nested = new LinkedHashMap<>();
        nested.put("model", state());
        nested.put("epoch", 3);
        nested.put("big", 1L << 40);
        nested.put("names", List.of("a", "\u00e9"));
        nested.put("none", Optional.empty());
        PyTorchFile.saveObject(nested, folder.resolve("nested.pt"));
        Tensor shared = Tensors.ones(3);
        PyTorchFile.save(
                new StateDict(new LinkedHashMap<>(Map.of("a", shared, "b", shared.detach()))),
                folder.resolve("tied.pt"));
    }

    @Test
    void packedArraysTakeLessRoom() throws IOException {
        StateDict state = new StateDict(new LinkedHashMap<>(Map.of("zeros", Tensors.zeros(300, 300))));
        Path packed = folder.resolve("zeros.npz");
        Npy.saveZipCompressed(state, packed);
        assertTrue(Files.size(packed) < 4 * 300 * 300 / 100);
        assertArrayEquals(
                new float[300 * 300], Npy.loadZip(packed).tensors().get("zeros").toFloatArray());
    }

    @Test
    void whatWasWrittenComesBack() {
        assertSame(state(), PyTorchFile.load(folder.resolve("state.pt")));
        assertSame(state(), PyTorchFile.load(folder.resolve("nested.pt"), "model"));
        assertSame(state(), Safetensors.load(folder.resolve("shards")));
        assertSame(arrays(), Npy.loadZip(folder.resolve("arrays.npz")));
        assertSame(arrays(), Npy.loadZip(folder.resolve("packed.npz")));
        assertArrayEquals(
                new float[] {-1, -0.5f, 0, 0.5f, 1, 1.5f},
                Npy.load(folder.resolve("weight.npy")).toFloatArray());
    }

    @Test
    void pythonReadsThem() throws IOException, InterruptedException {
        Optional<String> python = python();
        assumeTrue(python.isPresent(), "python: no Python with torch was found (LOCKSTEP_PYTHON, /usr/bin/python3)");
        Path log = folder.resolve("log");
        Process check = new ProcessBuilder(python.get(), SCRIPT.toString(), "check", folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = check.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        check.destroyForcibly();
        assertEquals("python agrees", Files.readString(log).strip());
        assertEquals(0, ended ? check.exitValue() : -1);
    }

    private static Optional<String> python() throws IOException, InterruptedException {
        String wanted = System.getenv("LOCKSTEP_PYTHON");
        String candidate = wanted == null ? "/usr/bin/python3" : wanted;
        if (!Files.isExecutable(Path.of(candidate))) {
            return Optional.empty();
        }
        Process probe = new ProcessBuilder(
                        candidate, "-c", "from importlib.util import find_spec as f; exit(0 if f('torch') else 1)")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        boolean ended = probe.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        return ended && probe.exitValue() == 0 ? Optional.of(candidate) : Optional.empty();
    }
}
