package dev.lockstep.launcher.bench;

import dev.lockstep.data.SampleOrder;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What a model is given: rows from the files of a folder, or seeded random rows of the same shapes. The files are plain
 * little-endian arrays, so that any program can read them too.
 */
enum TaskData {
    /**
     * 60,000 images of 28 x 28 in ten classes: {@code fmnist_train_x.u8}, {@code fmnist_train_y.u8}, {@code perm.i32}.
     */
    GARMENTS {
        @Override
        BatchPlan read(RawFiles files) {
            byte[] labels = files.bytes("fmnist_train_y.u8");
            int[] order = files.ints("perm.i32");
            try (RawFiles.Rows pixels = files.rows("fmnist_train_x.u8", labels.length, PIXELS)) {
                Tensor x = garments(labels.length, pixels::next);
                return new BatchPlan(
                        new TensorDataset(x, labels(labels)), order, Math.max(1, order.length / labels.length));
            }
        }

        @Override
        BatchPlan random(long seed) {
            int rows = 60_000;
            RandomGenerator generator = generator(seed);
            Tensor x = garments(rows, generator::nextBytes);
            Tensor y = labels(labels(generator, rows, 10));
            SampleOrder shuffled = new SampleOrder(seed, 0, rows);
            int[] order = new int[rows];
            for (int i = 0; i < rows; i++) {
                order[i] = (int) shuffled.at(i);
            }
            return new BatchPlan(new TensorDataset(x, y), order, 1);
        }
    },

    /** Images of 3 x 32 x 32 in ten classes: {@code resnet_x.f32}, {@code resnet_y.u8}. */
    PICTURES {
        @Override
        BatchPlan read(RawFiles files) {
            byte[] labels = files.bytes("resnet_y.u8");
            return rows(files.floats("resnet_x.f32", labels.length * 3072L), labels, 3, 32, 32);
        }

        @Override
        BatchPlan random(long seed) {
            RandomGenerator generator = generator(seed);
            return rows(gaussians(generator, 64 * 3072), labels(generator, 64, 10), 3, 32, 32);
        }
    },

    /** Windows of 128 characters and the one after each: {@code text.u8}, {@code text_off.i32}. */
    TEXT {
        @Override
        BatchPlan read(RawFiles files) {
            return BatchPlan.inOrder(new TextWindows(files.bytes("text.u8"), files.ints("text_off.i32"), 128));
        }

        @Override
        BatchPlan random(long seed) {
            RandomGenerator generator = generator(seed);
            byte[] text = labels(generator, 100_000, 65);
            int[] starts = generator.ints(6400, 0, text.length - 130).toArray();
            return BatchPlan.inOrder(new TextWindows(text, starts, 128));
        }
    },

    /** Sequences of 32 x 64 in ten classes: {@code lstm_x.f32}, {@code lstm_y.u8}. */
    SEQUENCES {
        @Override
        BatchPlan read(RawFiles files) {
            byte[] labels = files.bytes("lstm_y.u8");
            return rows(files.floats("lstm_x.f32", labels.length * 2048L), labels, 32, 64);
        }

        @Override
        BatchPlan random(long seed) {
            RandomGenerator generator = generator(seed);
            return rows(gaussians(generator, 256 * 2048), labels(generator, 256, 10), 32, 64);
        }
    };

    private static final int PIXELS = 784;
    private static final float MEAN = 0.2860f;
    private static final float DEVIATION = 0.3530f;

    /** Opens the rows of a folder, or makes some. */
    BatchPlan open(Optional<Path> folder, long seed) {
        return folder.map(path -> read(new RawFiles(path))).orElseGet(() -> random(seed));
    }

    /** Reads the files. */
    abstract BatchPlan read(RawFiles files);

    /** Makes rows up. */
    abstract BatchPlan random(long seed);

    /**
     * {@return images as normalised floats} One at a time, since all their bytes at once are memory to be touched.
     *
     * @param next fills the next image's bytes in
     */
    private static Tensor garments(int count, Consumer<byte[]> next) {
        float[] normal = new float[256];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = (i / 255f - MEAN) / DEVIATION;
        }
        Tensor x = Tensors.empty(count, PIXELS);
        MemorySegment values = x.value().storage().segment();
        byte[] image = new byte[PIXELS];
        float[] row = new float[PIXELS]; // A loop over arrays, and copies of whole rows, are fast before C2 has come.
        for (int i = 0; i < count; i++) {
            next.accept(image);
            for (int j = 0; j < PIXELS; j++) {
                row[j] = normal[image[j] & 0xFF];
            }
            MemorySegment.copy(row, 0, values, ValueLayout.JAVA_FLOAT, (long) i * PIXELS * Float.BYTES, PIXELS);
        }
        return x;
    }

    private static BatchPlan rows(float[] values, byte[] labels, long... sizes) {
        long[] shape = new long[sizes.length + 1];
        shape[0] = labels.length;
        System.arraycopy(sizes, 0, shape, 1, sizes.length);
        return BatchPlan.inOrder(
                new TensorDataset(Tensors.of(MemorySegment.ofArray(values), DType.F32, shape), labels(labels)));
    }

    private static Tensor labels(byte[] labels) {
        long[] values = new long[labels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = labels[i];
        }
        return Tensors.of(values, values.length);
    }

    private static RandomGenerator generator(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static byte[] labels(RandomGenerator generator, int count, int classes) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) generator.nextInt(classes);
        }
        return labels;
    }

    private static float[] gaussians(RandomGenerator generator, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) generator.nextGaussian();
        }
        return values;
    }
}
