package dev.lockstep.examples;

import dev.lockstep.data.DataException;
import dev.lockstep.data.Dataset;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.tensor.Tensors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * The UCI handwritten digits: 1,797 images of 8 x 8 pixels in 0..16.
 *
 * @param train the first 1,437
 * @param test the last 360
 */
record DigitsData(Dataset train, Dataset test) {
    private static final String FILE = "digits.csv.gz";
    private static final int PIXELS = 64;
    private static final int SIDE = 8;
    private static final int IMAGES = 1797;
    private static final int TRAIN = 1437;
    private static final int BRIGHTEST = 16;
    private static final int CLASSES = 10;

    /** Reads the copy in this jar, or the file of the same name in a folder. */
    static DigitsData read(Optional<Path> folder) {
        Path name = folder.map(f -> f.resolve(FILE)).orElse(Path.of(FILE + " (bundled)"));
        try (InputStream in = open(folder);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
            return parse(name, lines.lines().limit(IMAGES + 1L).toList());
        } catch (IOException | UncheckedIOException unreadable) {
            throw new DataException(name, "cannot be read: " + unreadable, unreadable);
        }
    }

    private static InputStream open(Optional<Path> folder) throws IOException {
        if (folder.isPresent()) {
            return Files.newInputStream(folder.get().resolve(FILE));
        }
        InputStream bundled = DigitsData.class.getResourceAsStream("digits/" + FILE);
        if (bundled == null) {
            throw new IOException("the jar does not hold it");
        }
        return bundled;
    }

    private static DigitsData parse(Path name, List<String> lines) {
        if (lines.size() != IMAGES) {
            throw new DataException(
                    name,
                    "has " + lines.size() + " lines, expected " + IMAGES + "; the file is truncated or another one");
        }
        float[] pixels = new float[IMAGES * PIXELS];
        long[] labels = new long[IMAGES];
        for (int image = 0; image < IMAGES; image++) {
            String[] fields = lines.get(image).split(",", -1);
            if (fields.length != PIXELS + 1) {
                throw new DataException(name, "line " + (image + 1) + " has " + fields.length + " fields, expected 65");
            }
            for (int i = 0; i < PIXELS; i++) {
                pixels[image * PIXELS + i] = number(name, image, fields[i], BRIGHTEST) / (float) BRIGHTEST;
            }
            labels[image] = number(name, image, fields[PIXELS], CLASSES - 1);
        }
        return split(pixels, labels);
    }

    private static int number(Path name, int image, String field, int most) {
        try {
            int value = Integer.parseInt(field);
            if (value >= 0 && value <= most) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            throw new DataException(name, "line " + (image + 1) + ": '" + field + "' is not a number", notANumber);
        }
        throw new DataException(name, "line " + (image + 1) + ": " + field + " outside 0.." + most);
    }

    private static DigitsData split(float[] pixels, long[] labels) {
        var x = Tensors.of(pixels, IMAGES, 1, SIDE, SIDE);
        var y = Tensors.of(labels, IMAGES);
        return new DigitsData(
                new TensorDataset(x.narrow(0, 0, TRAIN), y.narrow(0, 0, TRAIN)),
                new TensorDataset(x.narrow(0, TRAIN, IMAGES - TRAIN), y.narrow(0, TRAIN, IMAGES - TRAIN)));
    }
}
