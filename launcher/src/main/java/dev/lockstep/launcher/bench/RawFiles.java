package dev.lockstep.launcher.bench;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the arrays of a folder: headerless little-endian files.
 *
 * @param folder where they lie
 */
record RawFiles(Path folder) {
    byte[] bytes(String name) {
        return bytes(folder.resolve(name));
    }

    byte[] bytes(String name, long count) {
        byte[] bytes = bytes(name);
        expect(folder.resolve(name), bytes.length, count);
        return bytes;
    }

    int[] ints(String name) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(name)).order(ByteOrder.LITTLE_ENDIAN);
        int[] values = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(values);
        return values;
    }

    float[] floats(String name, long count) {
        float[] values = floats(folder.resolve(name));
        expect(folder.resolve(name), values.length, count);
        return values;
    }

    /** Reads a file of f32 values. */
    static float[] floats(Path file) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new LaunchException(ExitCode.DATA, "cannot read " + file + ": " + e, e);
        }
    }

    private static void expect(Path file, long found, long wanted) {
        if (found != wanted) {
            throw new LaunchException(ExitCode.DATA, file + " has " + found + " values, expected " + wanted);
        }
    }
}
