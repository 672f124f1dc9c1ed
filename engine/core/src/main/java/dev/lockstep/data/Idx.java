package dev.lockstep.data;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Reads IDX, the format of MNIST and its kin: two zero bytes, a code for the type, the number of axes, each size as a
 * big-endian u32, then the values in C order, big-endian. A file that starts with gzip's magic is decompressed. The
 * file is not trusted: sizes are checked against what is there before memory is taken.
 *
 * @param file where the array came from
 * @param shape sizes of the axes
 * @param dtype type of the values
 * @param values the values in C order, in native byte order
 */
public record Idx(Path file, Shape shape, DType dtype, ByteBuffer values) {
    private static final int MAGIC_BYTES = 4;
    private static final int AXES_MAX = 8;
    /** Deflate cannot make more than this many bytes of one. */
    private static final long GZIP_RATIO_MAX = 1032;

    /**
     * Reads a whole file, at most 2 GiB of values.
     *
     * @throws DataException naming the file, the offset, what was expected and what was found
     */
    public static Idx read(Path file) {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            boolean packed = isGzip(raw);
            long bytesMax = packed ? Math.multiplyExact(Files.size(file), GZIP_RATIO_MAX) : Files.size(file);
            return read(file, packed ? new GZIPInputStream(raw, 1 << 16) : raw, bytesMax);
        } catch (NoSuchFileException missing) {
            throw new DataException(file, "no such file", missing);
        } catch (IOException broken) {
            throw new DataException(file, "cannot be read: " + broken.getMessage(), broken);
        }
    }

    /**
     * {@return the values of an integral array as longs; u8 counts from 0 to 255}
     *
     * @throws DataException if the values are floating-point numbers
     */
    public long[] toLongs() {
        ByteBuffer source = values.duplicate().order(ByteOrder.nativeOrder());
        long[] out = new long[Math.toIntExact(shape.elements())];
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (dtype) {
                case U8 -> Byte.toUnsignedLong(source.get(i));
                case I8 -> source.get(i);
                case I16 -> source.getShort(2 * i);
                case I32 -> source.getInt(4 * i);
                case F32, F64, BF16, F16, I64, BOOL ->
                    throw new DataException(file, "expected integers, found " + dtype);
            };
        }
        return out;
    }

    /**
     * Returns this if the array has the given number of axes.
     *
     * @throws DataException if it has another
     */
    public Idx withRank(int rank) {
        if (shape.rank() != rank) {
            throw new DataException(file, "expected " + rank + " axes, found " + shape.rank() + " " + shape);
        }
        return this;
    }

    private static boolean isGzip(InputStream in) throws IOException {
        in.mark(2);
        boolean packed = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return packed;
    }

    private static Idx read(Path file, InputStream in, long bytesMax) throws IOException {
        byte[] magic = exactly(file, in, 0, MAGIC_BYTES);
        if (magic[0] != 0 || magic[1] != 0) {
            throw new DataException(
                    file, String.format("offset 0: expected magic 00 00, found %02x %02x", magic[0], magic[1]));
        }
        DType dtype = dtype(file, magic[2]);
        Shape shape = shape(file, in, magic[3]);
        int header = MAGIC_BYTES + 4 * shape.rank();
        long size = sizeBytes(file, shape, dtype);
        if (size > bytesMax - header) {
            throw new DataException(
                    file,
                    "offset " + header + ": expected " + size + " bytes for " + dtype + shape
                            + ", but the file has room for at most " + Math.max(0, bytesMax - header));
        }
        byte[] values = exactly(file, in, header, (int) size);
        if (in.read() >= 0) {
            throw new DataException(file, "offset " + (header + size) + ": expected the end, found more bytes");
        }
        return new Idx(file, shape, dtype, toNativeOrder(values, dtype.sizeBytes()));
    }

    private static DType dtype(Path file, byte code) {
        return switch (code) {
            case 0x08 -> DType.U8;
            case 0x09 -> DType.I8;
            case 0x0b -> DType.I16;
            case 0x0c -> DType.I32;
            case 0x0d -> DType.F32;
            case 0x0e -> DType.F64;
            default ->
                throw new DataException(
                        file, String.format("offset 2: expected a type 08, 09, 0b, 0c, 0d or 0e, found %02x", code));
        };
    }

    private static Shape shape(Path file, InputStream in, byte axes) throws IOException {
        if (axes < 1 || axes > AXES_MAX) {
            throw new DataException(file, "offset 3: expected 1 to " + AXES_MAX + " axes, found " + (axes & 0xff));
        }
        ByteBuffer sizes = ByteBuffer.wrap(exactly(file, in, MAGIC_BYTES, 4 * axes));
        long[] shape = new long[axes];
        for (int axis = 0; axis < axes; axis++) {
            shape[axis] = Integer.toUnsignedLong(sizes.getInt());
        }
        try {
            return Shape.of(shape);
        } catch (ArithmeticException overflow) {
            throw new DataException(file, "offset 4: sizes multiply to more than 64 bits", overflow);
        }
    }

    private static long sizeBytes(Path file, Shape shape, DType dtype) {
        if (shape.elements() > (Integer.MAX_VALUE - 16) / dtype.sizeBytes()) {
            throw new DataException(
                    file, "offset 4: " + dtype + shape + " is more than 2 GiB, the most this reader takes");
        }
        return shape.elements() * dtype.sizeBytes();
    }

    private static byte[] exactly(Path file, InputStream in, long offset, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new DataException(
                    file,
                    "offset " + (offset + bytes.length) + ": expected " + (count - bytes.length)
                            + " more bytes, found the end");
        }
        return bytes;
    }

    private static ByteBuffer toNativeOrder(byte[] values, int width) {
        boolean swap = width > 1 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        for (int at = 0; swap && at < values.length; at += width) {
            for (int low = at, high = at + width - 1; low < high; low++, high--) {
                byte kept = values[low];
                values[low] = values[high];
                values[high] = kept;
            }
        }
        return ByteBuffer.wrap(values)
                .order(ByteOrder.nativeOrder())
                .asReadOnlyBuffer()
                .order(ByteOrder.nativeOrder());
    }
}
