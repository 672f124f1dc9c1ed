package dev.lockstep.serialization;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorTree;
import dev.lockstep.tensor.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages valid files at random, seeded: whatever comes out, a reader either takes it, with no more bytes of tensors
 * than the format may unpack to, or says that the file is broken.
 */
class FormatFuzzTest {
    private static final int ROUNDS = 300;
    private static final byte[] ODD = {0, 1, -1, 127, -128, 9, '.', '(', 'R', 'c'};

    @TempDir
    Path folder;

    @Test
    void npy() throws IOException {
        fuzz("big_endian.npy", Npy::load, 30);
        fuzz("fortran.npy", Npy::load, 30);
    }

    @Test
    void npz() throws IOException {
        fuzz("arrays.npz", Npy::loadZip, 150);
        fuzz("packed.npz", Npy::loadZip, 150);
    }

    @Test
    void torch() throws IOException {
        fuzz("state.pt", PyTorchFile::load, 100);
        fuzz("checkpoint.pt", PyTorchFile::loadObject, 100);
    }

    @Test
    void safetensors() throws IOException {
        fuzz("state.safetensors", Safetensors::load, 50);
    }

    @Test
    void indexesOfShards() throws IOException {
        TreeMap<String, Tensor> tensors = new TreeMap<>(Map.of("a", Tensors.ones(2), "b", Tensors.zeros(3)));
        SafetensorsShards.save(new StateDict(tensors), folder, 8);
        fuzz(
                SafetensorsShards.INDEX,
                Files.readAllBytes(folder.resolve(SafetensorsShards.INDEX)),
                Safetensors::load,
                50);
    }

    /** The checksums of a zip file catch most damage before the pickle is looked at; here nothing stands before it. */
    @Test
    void pickles() {
        byte[] pickle = FileBytes.read(FormatSamples.file("checkpoint.pt"), bytes -> {
            ZipArchive zip = ZipArchive.of(bytes);
            return zip.contents(zip.entries().get("checkpoint/data.pkl")).toArray(ValueLayout.JAVA_BYTE);
        });
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        int refused = 0;
        for (int round = 0; round < 20 * ROUNDS; round++) {
            byte[] damaged = damage(pickle, random);
            try {
                new PickledObjects(damaged.length, tensor -> tensor).convert(new PickleReader(damaged).read());
            } catch (PickleReader.PickleException expected) {
                refused++;
            }
        }
        assertTrue(refused > ROUNDS, "only " + refused + " refused");
    }

    private void fuzz(String name, Function<Path, Object> reader, int refusedMin) throws IOException {
        fuzz(name, FormatSamples.bytes(FormatSamples.file(name)), reader, refusedMin);
    }

    private void fuzz(String name, byte[] whole, Function<Path, Object> reader, int refusedMin) throws IOException {
        long bytesMax = Math.max(ZipArchive.SMALL_BYTES, ZipArchive.RATIO_MAX * whole.length);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(name.length());
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Path file = Files.write(folder.resolve(name), damage(whole, random));
            try {
                Object read = reader.apply(file);
                assertTrue(bytes(read) <= bytesMax, "round " + round + " of " + name);
                TensorTree.close(read);
            } catch (CheckpointCorruptException expected) {
                assertTrue(expected.file().equals(file) || name.equals(SafetensorsShards.INDEX), expected.getMessage());
                refused++;
            }
        }
        assertTrue(refused >= refusedMin, name + ": only " + refused + " refused");
    }

    private static long bytes(Object read) {
        List<Tensor> tensors = new ArrayList<>();
        TensorTree.forEach(read, tensors::add);
        return tensors.stream()
                .mapToLong(tensor -> tensor.numel() * tensor.dtype().sizeBytes())
                .sum();
    }

    private static byte[] damage(byte[] whole, RandomGenerator random) {
        byte[] damaged = whole.clone();
        for (int hits = random.nextInt(1, 4); hits > 0; hits--) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(6)) {
                case 0 -> damaged[at] = (byte) random.nextInt();
                case 1 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> damaged[at] = ODD[random.nextInt(ODD.length)];
                case 3 -> damaged = cut(damaged, at, 1 + random.nextInt(8));
                case 4 -> damaged = repeated(damaged, at, 1 + random.nextInt(16));
                default -> {
                    int count = Math.min(1 + random.nextInt(8), damaged.length - at);
                    java.util.Arrays.fill(damaged, at, at + count, ODD[random.nextInt(4)]);
                }
            }
        }
        return damaged;
    }

    private static byte[] cut(byte[] bytes, int at, int count) {
        int end = Math.min(bytes.length, at + count);
        return joined(bytes, at, end, bytes.length);
    }

    private static byte[] repeated(byte[] bytes, int at, int count) {
        return joined(bytes, Math.min(bytes.length, at + count), at, bytes.length);
    }

    /** {@return the bytes up to {@code first}, then those from {@code second} on} */
    private static byte[] joined(byte[] bytes, int first, int second, int end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, first);
        out.write(bytes, second, end - second);
        return out.size() == 0 ? new byte[1] : out.toByteArray();
    }
}
