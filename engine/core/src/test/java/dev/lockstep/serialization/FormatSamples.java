package dev.lockstep.serialization;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.layout.DType;
import dev.lockstep.module.StateDict;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** The tensors that the script formats.py knows too, and the files it has written. */
final class FormatSamples {
    private FormatSamples() {}

    /** What numpy can hold. */
    static StateDict arrays() {
        LinkedHashMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("layer.weight", Tensors.of(new float[] {-1, -0.5f, 0, 0.5f, 1, 1.5f}, 2, 3));
        tensors.put("layer.bias", Tensors.of(new double[] {0, 0.25, 0.5}, DType.F64, 3));
        tensors.put("half", Tensors.of(new double[] {-1.5, -0.5, 0.5, 1.5}, DType.F16, 4));
        tensors.put("steps", Tensors.of(new long[] {(1L << 40) + 1}));
        tensors.put("flags", Tensors.of(new boolean[] {true, false, true}, 3));
        tensors.put("bytes", Tensors.of(new byte[] {0, 127, (byte) 128, (byte) 255}, 2, 2));
        tensors.put("tiny", Tensors.of(MemorySegment.ofArray(new byte[] {-128, 127}), DType.I8, 2));
        tensors.put("short", Tensors.of(MemorySegment.ofArray(new short[] {-32768, 32767}), DType.I16, 2));
        tensors.put(
                "int",
                Tensors.of(MemorySegment.ofArray(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE}), DType.I32, 2));
        tensors.put("empty", Tensors.zeros(0, 5));
        return new StateDict(tensors);
    }

    /** The same and a tensor of BF16. */
    static StateDict state() {
        LinkedHashMap<String, Tensor> tensors = new LinkedHashMap<>(arrays().tensors());
        tensors.put("brain", Tensors.of(new double[] {1, -2.5, 0.15625}, DType.BF16, 3));
        return new StateDict(tensors);
    }

    static void assertSame(StateDict wanted, StateDict found) {
        assertEquals(
                wanted.keys().stream().sorted().toList(),
                found.keys().stream().sorted().toList());
        wanted.tensors().forEach((key, tensor) -> {
            assertEquals(tensor.dtype(), found.get(key).dtype(), key);
            assertEquals(tensor.shape(), found.get(key).shape(), key);
        });
        assertEquals(WeightsDigest.sha256(wanted), WeightsDigest.sha256(found));
    }

    /** {@return a file that Python has written} */
    static Path file(String name) {
        try {
            return Path.of(FormatSamples.class.getResource("/formats/" + name).toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
