package dev.lockstep.data;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads CIFAR-10 and CIFAR-100 in their binary versions (Krizhevsky 2009): records of one or two label bytes and 3,072
 * bytes of a picture, red, green and blue planes of 32 x 32. Column 0 of the data sets is U8 [n, 3, 32, 32], column 1
 * I64 [n].
 */
public final class Cifar {
    private static final int PICTURE_BYTES = 3 * 32 * 32;
    private static final int CLASSES_10 = 10;
    private static final int CLASSES_100 = 100;

    private Cifar() {}

    /**
     * Reads files of CIFAR-10, one after the other.
     *
     * @throws DataException if a file is missing, is cut off, or has a label above 9
     */
    public static Dataset read10(List<Path> files) {
        return read(files, 1, CLASSES_10);
    }

    /**
     * Reads files of CIFAR-100 with their fine labels, one after the other.
     *
     * @throws DataException if a file is missing, is cut off, or has a label above 99
     */
    public static Dataset read100(List<Path> files) {
        return read(files, 2, CLASSES_100);
    }

    private static Dataset read(List<Path> files, int labelBytes, int classes) {
        Dataset[] parts =
                files.stream().map(file -> read(file, labelBytes, classes)).toArray(Dataset[]::new);
        return parts.length == 1 ? parts[0] : Dataset.concat(parts);
    }

    private static Dataset read(Path file, int labelBytes, int classes) {
        byte[] bytes = bytes(file);
        int record = labelBytes + PICTURE_BYTES;
        if (bytes.length == 0 || bytes.length % record != 0) {
            throw new DataException(
                    file,
                    "expected records of " + record + " bytes, found " + bytes.length + " bytes, which is "
                            + (bytes.length / record) + " records and " + (bytes.length % record) + " bytes more");
        }
        int count = bytes.length / record;
        byte[] pictures = new byte[count * PICTURE_BYTES];
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            labels[i] = bytes[i * record + labelBytes - 1] & 0xff;
            System.arraycopy(bytes, i * record + labelBytes, pictures, i * PICTURE_BYTES, PICTURE_BYTES);
        }
        Labels.check(labels, classes, file);
        return Scope.outside(
                () -> new TensorDataset(Tensors.of(pictures, count, 3, 32, 32), Tensors.of(labels, count)));
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > Integer.MAX_VALUE - 16) {
                throw new DataException(file, "is larger than 2 GiB, the most this reader takes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new DataException(file, "no such file", missing);
        } catch (IOException broken) {
            throw new DataException(file, "cannot be read: " + broken.getMessage(), broken);
        }
    }
}
