package dev.lockstep.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.data.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads files of the real form with three images in each part. */
class FashionMnistDataTest {
    private static final int UNSIGNED_BYTES = 0x08;
    private static final String IMAGES = "train-images-idx3-ubyte";
    private static final String LABELS = "train-labels-idx1-ubyte";

    @TempDir
    Path folder;

    @BeforeEach
    void writeWholeFiles() {
        write(IMAGES, idx(UNSIGNED_BYTES, 3, 28, 28));
        write(LABELS, idx(UNSIGNED_BYTES, 3));
        write("t10k-images-idx3-ubyte", idx(UNSIGNED_BYTES, 3, 28, 28));
        write("t10k-labels-idx1-ubyte", idx(UNSIGNED_BYTES, 3));
    }

    private static byte[] idx(int type, int... sizes) {
        int count = 1;
        for (int size : sizes) {
            count *= size;
        }
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + count);
        file.putInt(type << 8 | sizes.length);
        for (int size : sizes) {
            file.putInt(size);
        }
        return file.array();
    }

    private void write(String name, byte[] content) {
        try {
            Files.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertRejected(String file, String problem) {
        var error = assertThrows(DataException.class, () -> FashionMnistData.read(Optional.of(folder)));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith(folder.resolve(file) + ": "), message);
        assertTrue(message.contains(problem), message);
    }

    @Test
    void readsWholeFiles() {
        FashionMnistData data = FashionMnistData.read(Optional.of(folder));
        assertEquals(3, data.train().size());
        assertEquals(3, data.test().size());
    }

    @Test
    void saysWhereItLookedAndHowToFetchWhatIsMissing() throws IOException {
        Files.delete(folder.resolve(LABELS));
        var error = assertThrows(DataException.class, () -> FashionMnistData.read(Optional.of(folder)));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.contains("[" + folder + "]"), message);
        assertTrue(message.contains("lockstep data fetch fashion-mnist"), message);
    }

    @Test
    void rejectsAWrongMagicNumber() {
        byte[] labels = idx(UNSIGNED_BYTES, 3);
        labels[0] = 1;
        write(LABELS, labels);
        assertRejected(LABELS, "magic");
    }

    @Test
    void rejectsATruncatedFile() {
        byte[] images = idx(UNSIGNED_BYTES, 3, 28, 28);
        write(IMAGES, java.util.Arrays.copyOf(images, images.length - 1));
        assertRejected(IMAGES, "");
    }

    @Test
    void rejectsALabelOutOfRange() {
        byte[] labels = idx(UNSIGNED_BYTES, 3);
        labels[9] = 10;
        write(LABELS, labels);
        assertRejected(LABELS, "label 10 outside 0..9 in sample 1");
    }

    @Test
    void rejectsImagesOfAnotherShape() {
        write(IMAGES, idx(UNSIGNED_BYTES, 3, 28, 27));
        assertRejected(IMAGES, "expected bytes [N, 28, 28], found ");
    }

    @Test
    void rejectsAnotherNumberOfLabels() {
        write(LABELS, idx(UNSIGNED_BYTES, 4));
        assertRejected(LABELS, "4 labels for 3 images");
    }
}
