package dev.lockstep.launcher.bench;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the arrays of a folder: headerless little-endian files.
 *
 * @param folder where they lie
 */
record RawFiles(Path folder) {
    private static final int BLOCK_BYTES = 1 << 16;

    /**
     * The rows of a file of bytes, one after the other: all at once are memory to be touched. Confined to one thread.
     */
    static final class Rows implements AutoCloseable {
        private final Path file;
        private final InputStream in;

        private Rows(Path file, InputStream in) {
            this.file = file;
            this.in = in;
        }

        /** Fills the next row in. */
        void next(byte[] row) {
            try {
                expect(file, in.readNBytes(row, 0, row.length), row.length);
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }
    }

    /** Opens a file that has {@code count} rows of {@code rowBytes}. */
    Rows rows(String name, int count, int rowBytes) {
        Path file = folder.resolve(name);
        try {
            expect(file, Files.size(file), (long) count * rowBytes);
            return new Rows(file, new BufferedInputStream(Files.newInputStream(file), BLOCK_BYTES));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    byte[] bytes(String name) {
        return bytes(folder.resolve(name));
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
        try (FileChannel in = FileChannel.open(file)) {
            float[] values = new float[Math.toIntExact(in.size() / Float.BYTES)];
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            int count = 0;
            while (count < values.length && in.read(block) >= 0) {
                FloatBuffer floats = block.flip().asFloatBuffer();
                int read = Math.min(floats.remaining(), values.length - count);
                floats.get(values, count, read);
                count += read;
                block.position(read * Float.BYTES).compact();
            }
            expect(file, count, values.length);
            return values;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static LaunchException unreadable(Path file, IOException e) {
        return new LaunchException(ExitCode.DATA, "cannot read " + file + ": " + e, e);
    }

    private static void expect(Path file, long found, long wanted) {
        if (found != wanted) {
            throw new LaunchException(ExitCode.DATA, file + " has " + found + " values, expected " + wanted);
        }
    }
}
