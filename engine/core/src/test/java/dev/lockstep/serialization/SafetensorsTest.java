package dev.lockstep.serialization;

import static dev.lockstep.tensor.Tensors.tensor;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.module.StateDict;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorTree;
import dev.lockstep.tensor.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    Path folder;

    private static StateDict state() {
        LinkedHashMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("weight", Tensors.of(new float[] {1, 4, 2, 5, 3, 6}, 3, 2).t());
        tensors.put("flags", tensor(true, false, true));
        tensors.put("count", tensor(7L).squeeze());
        tensors.put("empty", zeros(0, 5));
        tensors.put("wide", Tensors.of(new double[] {0.1}, DType.F64, 1));
        tensors.put("half", tensor(1.5, -2.0).to(DType.BF16));
        return new StateDict(tensors);
    }

    @Test
    void whatWasSavedComesBack() {
        Path file = folder.resolve("model.safetensors");
        StateDict saved = state();
        Safetensors.save(saved, file, Map.of("format", "pt"));
        StateDict loaded = Safetensors.load(file);
        assertEquals(WeightsDigest.sha256(saved), WeightsDigest.sha256(loaded));
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, loaded.get("weight").toFloatArray());
        assertEquals(7, loaded.get("count").itemLong());
        assertEquals(0, loaded.get("count").rank());
        assertEquals(Map.of("format", "pt"), Safetensors.metadata(file));
    }

    @Test
    void loadedTensorsOutliveTheScope() {
        Path file = folder.resolve("model.safetensors");
        Safetensors.save(state(), file);
        StateDict loaded;
        try (Scope scope = Scope.open()) {
            loaded = Safetensors.load(file);
            assertEquals(0, scope.size());
        }
        assertEquals(7, loaded.get("count").itemLong());
        TensorTree.close(loaded);
    }

    /** The bytes by hand: header length 64, JSON padded to it, then two floats. */
    @Test
    void theFileIsByteForByteTheFormat() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.save(new StateDict(new LinkedHashMap<>(Map.of("w", tensor(1.0, -2.0)))), file);
        String json = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}    ";
        byte[] head = HexFormat.of().parseHex("3800000000000000");
        byte[] data = HexFormat.of().parseHex("0000803f000000c0");
        byte[] bytes = Files.readAllBytes(file);
        assertArrayEquals(head, Arrays.copyOf(bytes, 8));
        assertEquals(json.stripTrailing(), new String(bytes, 8, 56, StandardCharsets.UTF_8).stripTrailing());
        assertArrayEquals(data, Arrays.copyOfRange(bytes, 64, 72));
        assertEquals(72, bytes.length);
    }

    @Test
    void wideTensorsComeFirstSoThatAllLieAligned() {
        Path file = folder.resolve("model.safetensors");
        Safetensors.save(state(), file);
        assertEquals(
                List.of("count", "wide", "empty", "weight", "half", "flags"),
                List.copyOf(Safetensors.load(file).keys()));
    }

    @Test
    void aFileIsReplacedWholeAndNothingElseIsLeft() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.save(state(), file);
        Safetensors.save(new StateDict(new LinkedHashMap<>(Map.of("w", tensor(1.0)))), file);
        assertEquals(List.of("w"), List.copyOf(Safetensors.load(file).keys()));
        assertEquals(List.of(file), listing());
    }

    @Test
    void unfinishedFilesOfOthersAreLeftAlone() throws IOException {
        Path other = Files.writeString(folder.resolve(".model.safetensors.0.tmp"), "another's");
        Path file = folder.resolve("model.safetensors");
        Safetensors.save(state(), file);
        assertEquals("another's", Files.readString(other));
        assertEquals(7, Safetensors.load(file).get("count").itemLong());
    }

    @Test
    void aFailedSaveLeavesTheOldFileAndNoOther() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(file, "old");
        StateDict broken = new StateDict(new LinkedHashMap<>(Map.of("gone", zeros(3))));
        broken.get("gone").close();
        assertThrows(IllegalStateException.class, () -> Safetensors.save(broken, file));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of(file), listing());
        Path nowhere = folder.resolve("absent").resolve("model.safetensors");
        assertThrows(CheckpointWriteException.class, () -> Safetensors.save(state(), nowhere));
    }

    @Test
    void saysBeforehandWhatCannotBeWritten() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.requireWritable(file);
        assertEquals(List.of(), listing());
        Path nowhere = folder.resolve("absent").resolve("model.safetensors");
        var missing = assertThrows(CheckpointWriteException.class, () -> Safetensors.requireWritable(nowhere));
        assertTrue(String.valueOf(missing.getMessage()).contains("there is no folder " + nowhere.getParent()));
        assertThrows(CheckpointWriteException.class, () -> Safetensors.requireWritable(folder));
    }

    @Test
    void neverReplacesADevice() {
        assertThrows(CheckpointWriteException.class, () -> Safetensors.save(state(), Path.of("/dev/null")));
        assertFalse(Files.isRegularFile(Path.of("/dev/null")));
    }

    @Test
    void rejectsATensorWithTheNameOfTheMetadata() {
        StateDict odd = new StateDict(new LinkedHashMap<>(Map.of("__metadata__", zeros(1))));
        Path file = folder.resolve("model.safetensors");
        assertThrows(IllegalArgumentException.class, () -> Safetensors.save(odd, file));
    }

    @Test
    void rejectsFilesThatAreNone() throws IOException {
        rejects(folder.resolve("absent"), "no such file");
        rejects(write(new byte[0]), "offset 0: expected 8 bytes with the header's length, the file has 0");
        rejects(write(new byte[7]), "the file has 7");
        rejects(write(new byte[8]), "offset 8: expected the header to begin with '{'");
        rejects(write(HexFormat.of().parseHex("0900000000000000" + "7b7d202020202020")), "at most 8, found 9");
        rejects(write(HexFormat.of().parseHex("ffffffffffffffff" + "7b7d")), "found 18446744073709551615");
        rejects(write(HexFormat.of().parseHex("0200000000000000" + "5b5d")), "begin with '{'");
    }

    @Test
    void rejectsAHeaderOverTheFormatsLimit() throws IOException {
        Path file = folder.resolve("huge");
        try (var sparse = new java.io.RandomAccessFile(file.toFile(), "rw")) {
            sparse.write(HexFormat.of().parseHex("01e1f50500000000"));
            sparse.setLength(200_000_000);
        }
        rejects(file, "at most 100000000, found 100000001");
    }

    @Test
    void everyTruncationIsNoticed() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.save(state(), file);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            rejects(write(Arrays.copyOf(whole, length)), "damaged: ");
        }
        rejects(write(Arrays.copyOf(whole, whole.length + 1)), "bytes of data follow the header");
    }

    @Test
    void anyDamageOfTheHeaderIsReportedOrHarmless() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.save(state(), file);
        byte[] whole = Files.readAllBytes(file);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
        for (int round = 0; round < 1000; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(whole.length - 50)] = (byte) random.nextInt();
            Path path = write(damaged);
            try {
                TensorTree.close(Safetensors.load(path));
            } catch (CheckpointCorruptException expected) {
                assertEquals(path, expected.file());
            }
        }
    }

    private void rejects(Path file, String part) {
        CheckpointCorruptException error = assertThrows(CheckpointCorruptException.class, () -> Safetensors.load(file));
        assertTrue(String.valueOf(error.getMessage()).startsWith(file + ": "), error.getMessage());
        assertTrue(String.valueOf(error.getMessage()).contains(part), error.getMessage());
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("damaged"), bytes);
    }

    private List<Path> listing() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
