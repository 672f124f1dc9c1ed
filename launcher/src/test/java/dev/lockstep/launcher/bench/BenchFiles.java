package dev.lockstep.launcher.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;

/** Writes small data by formula, the same as {@code record_losses.py} makes. */
final class BenchFiles {
    private BenchFiles() {}

    static void write(Path folder) {
        bytes(folder.resolve("fmnist_train_x.u8"), 24 * 784, i -> (i * 7 + i / 13 * 31) % 256);
        bytes(folder.resolve("fmnist_train_y.u8"), 24, i -> i % 10);
        ints(folder.resolve("perm.i32"), 24, i -> i);
        floats(folder.resolve("resnet_x.f32"), 12 * 3072, i -> (i * 37 % 101 - 50) / 50.0);
        bytes(folder.resolve("resnet_y.u8"), 12, i -> i % 10);
        bytes(folder.resolve("text.u8"), 400, i -> (i * i + 3 * i) % 65);
        floats(folder.resolve("lstm_x.f32"), 24 * 2048, i -> (i * 37 % 101 - 50) / 50.0);
        bytes(folder.resolve("lstm_y.u8"), 24, i -> i % 10);
        ints(folder.resolve("text_off.i32"), 6, i -> i * 5);
    }

    static void bytes(Path file, int count, IntUnaryOperator value) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) value.applyAsInt(i);
        }
        save(file, bytes);
    }

    static void ints(Path file, int count, IntUnaryOperator value) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putInt(value.applyAsInt(i));
        }
        save(file, bytes.array());
    }

    static void floats(Path file, int count, IntToDoubleFunction value) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat((float) value.applyAsDouble(i));
        }
        save(file, bytes.array());
    }

    private static void save(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
