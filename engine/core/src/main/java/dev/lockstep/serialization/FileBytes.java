package dev.lockstep.serialization;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;

/**
 * The bytes of a file that is not trusted, mapped into memory. Every read is checked against the end, and one that
 * leaves the file says where and what was looked for. Numbers are little-endian. Confined to the thread that reads.
 */
final class FileBytes implements AutoCloseable {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena;
    private final MemorySegment bytes;

    private FileBytes(Path file, Arena arena, MemorySegment bytes) {
        this.file = file;
        this.arena = arena;
        this.bytes = bytes;
    }

    /**
     * Maps a file until this is closed.
     *
     * @throws CheckpointCorruptException if it is missing or cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // Closed by close(), and here if the file cannot be mapped.
    static FileBytes open(Path file) {
        Arena arena = Arena.ofConfined();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new FileBytes(file, arena, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (NoSuchFileException missing) {
            arena.close();
            throw new CheckpointCorruptException(file, "no such file", missing);
        } catch (IOException broken) {
            arena.close();
            throw new CheckpointCorruptException(file, "cannot be read: " + broken.getMessage(), broken);
        }
    }

    /**
     * Maps a file while {@code reader} runs.
     *
     * @throws CheckpointCorruptException if it is missing, cannot be read, or the reader says that it is broken
     */
    static <T> T read(Path file, Function<FileBytes, T> reader) {
        try (FileBytes bytes = open(file)) {
            return reader.apply(bytes);
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    Path file() {
        return file;
    }

    long size() {
        return bytes.byteSize();
    }

    /** {@return a part of the file, {@code what} being its name in the error about a file that ends before} */
    MemorySegment slice(long at, long count, String what) {
        if (at < 0 || count < 0 || at > size() - count) {
            throw broken("offset " + Long.toUnsignedString(at) + ": expected " + Long.toUnsignedString(count)
                    + " bytes with " + what + ", the file has " + size() + " in all");
        }
        return bytes.asSlice(at, count);
    }

    int u8(long at, String what) {
        return slice(at, 1, what).get(ValueLayout.JAVA_BYTE, 0) & 0xff;
    }

    int u16(long at, String what) {
        return slice(at, Short.BYTES, what).get(SHORT, 0) & 0xffff;
    }

    long u32(long at, String what) {
        return slice(at, Integer.BYTES, what).get(INT, 0) & 0xffffffffL;
    }

    /** {@return a number of 64 bits; one above 2^63 - 1 is refused, no file being that large} */
    long u63(long at, String what) {
        long number = slice(at, Long.BYTES, what).get(LONG, 0);
        if (number < 0) {
            throw broken("offset " + at + ": " + Long.toUnsignedString(number) + " in " + what + " is too large");
        }
        return number;
    }

    byte[] array(long at, int count, String what) {
        return slice(at, count, what).toArray(ValueLayout.JAVA_BYTE);
    }

    CheckpointCorruptException broken(String problem) {
        return new CheckpointCorruptException(file, problem);
    }
}
