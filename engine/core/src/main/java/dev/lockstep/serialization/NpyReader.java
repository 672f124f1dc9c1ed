package dev.lockstep.serialization;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads one array in npy format out of bytes that are not trusted: a whole file, or an entry of an npz file. */
final class NpyReader {
    private static final int MAGIC_BYTES = NpyHeader.MAGIC.length;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final FileBytes file;
    private final String name;
    private final MemorySegment bytes;

    /**
     * Makes a reader.
     *
     * @param file which the bytes are of, for errors
     * @param name of the array in the file, for errors
     */
    NpyReader(FileBytes file, String name, MemorySegment bytes) {
        this.file = file;
        this.name = name;
        this.bytes = bytes;
    }

    /** Reads the array, in C order, to a tensor outside of any scope. */
    Tensor read() {
        long lengthAt = MAGIC_BYTES + 2L;
        byte[] magic = part(0, MAGIC_BYTES + 2L, "the magic and version").toArray(ValueLayout.JAVA_BYTE);
        if (!Arrays.equals(magic, 0, MAGIC_BYTES, NpyHeader.MAGIC, 0, MAGIC_BYTES)) {
            throw broken("expected npy's magic");
        }
        int version = magic[MAGIC_BYTES];
        if (version < 1 || version > 3 || magic[MAGIC_BYTES + 1] != 0) {
            throw broken("version " + version + "." + magic[MAGIC_BYTES + 1] + " is not known");
        }
        boolean narrow = version == 1;
        MemorySegment length = part(lengthAt, narrow ? 2 : 4, "the length of the head");
        long headBytes = narrow ? length.get(SHORT, 0) & 0xffff : length.get(INT, 0) & 0xffffffffL;
        if (headBytes > NpyHeader.LITERAL_BYTES_MAX) {
            throw broken("a head of " + headBytes + " bytes, at most " + NpyHeader.LITERAL_BYTES_MAX + " are read");
        }
        long headAt = lengthAt + length.byteSize();
        NpyHeader header = header(part(headAt, headBytes, "the head"));
        return elements(header, bytes.asSlice(headAt + headBytes));
    }

    private NpyHeader header(MemorySegment head) {
        String literal = new String(head.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        try {
            return NpyLiteral.parse(literal);
        } catch (IllegalArgumentException wrong) {
            throw new CheckpointCorruptException(file.file(), label() + "head: " + wrong.getMessage(), wrong);
        }
    }

    private Tensor elements(NpyHeader header, MemorySegment elements) {
        Shape shape = header.shape();
        int width = header.dtype().sizeBytes();
        if (shape.elements() != elements.byteSize() / width || elements.byteSize() % width != 0) {
            throw broken(header.dtype() + "" + shape + " does not take the " + elements.byteSize()
                    + " bytes that follow the head");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ours = header.bigEndian() ? swapped(elements, width, arena) : elements;
            if (!header.fortranOrder() || shape.rank() < 2) {
                return TensorElements.copy(file, name, ours, header.dtype(), shape);
            }
            Tensor reversed = TensorElements.copy(file, name, ours, header.dtype(), reversed(shape));
            try (reversed) {
                return inCOrder(reversed);
            }
        }
    }

    private static Tensor inCOrder(Tensor reversed) {
        int[] axes = new int[reversed.rank()];
        Arrays.setAll(axes, i -> axes.length - 1 - i);
        try (var _ = GradMode.noGrad();
                Scope _ = Scope.open("npy")) {
            return reversed.permute(axes).clone().keep();
        }
    }

    private static Shape reversed(Shape shape) {
        long[] sizes = new long[shape.rank()];
        Arrays.setAll(sizes, i -> shape.size(sizes.length - 1 - i));
        return Shape.of(sizes);
    }

    private static MemorySegment swapped(MemorySegment source, int width, Arena arena) {
        MemorySegment out = arena.allocate(source.byteSize());
        for (long at = 0; at < source.byteSize(); at++) {
            long mirror = at - at % width + (width - 1 - at % width);
            out.set(ValueLayout.JAVA_BYTE, at, source.get(ValueLayout.JAVA_BYTE, mirror));
        }
        return out;
    }

    private MemorySegment part(long at, long count, String what) {
        if (at + count > bytes.byteSize()) {
            throw broken("offset " + at + ": expected " + count + " bytes with " + what + ", there are "
                    + bytes.byteSize() + " in all");
        }
        return bytes.asSlice(at, count);
    }

    private String label() {
        return name.isEmpty() ? "" : "'" + name + "': ";
    }

    private CheckpointCorruptException broken(String problem) {
        return file.broken(label() + problem);
    }
}
