package dev.lockstep.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** Chooses between two streams of floats by a stream of bytes that are 0 or not, and makes such a stream. */
final class Select {
    /** As many bytes as a vector has floats, or null on a machine that has no such vector. */
    private static final @Nullable VectorSpecies<Byte> BYTES = Lanes.COUNT < Long.BYTES
            ? null
            : VectorSpecies.of(byte.class, VectorShape.forBitSize(Lanes.COUNT * Byte.SIZE));

    @SuppressWarnings("restricted") // See Lanes.
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Select() {}

    /** Writes {@code condition ? a : b} for each of {@code count} floats. */
    static void run(long condition, Flat a, Flat b, long y, long count) {
        long whole = BYTES == null ? 0 : count - count % Lanes.COUNT;
        if (BYTES != null) {
            vectors(BYTES, condition, new Flat[] {a, b}, y, whole);
        }
        for (long i = whole; i < count; i++) {
            boolean first = Lanes.getByte(condition + i) != 0;
            Flat chosen = first ? a : b;
            Lanes.set(y + i * Float.BYTES, Lanes.get(chosen.address() + i * chosen.step() * Float.BYTES));
        }
    }

    /** Writes a byte 0 for each zero of {@code count} floats and a byte 1 for each other number. */
    static void toBytes(long x, long y, long count) {
        long whole = BYTES == null ? 0 : count - count % Lanes.COUNT;
        if (BYTES != null) {
            bytes(BYTES, x, y, whole);
        }
        for (long i = whole; i < count; i++) {
            Lanes.setByte(y + i, (byte) (Lanes.get(x + i * Float.BYTES) == 0 ? 0 : 1));
        }
    }

    private static void bytes(VectorSpecies<Byte> bytes, long x, long y, long count) {
        for (long i = 0; i < count; i += Lanes.COUNT) {
            VectorMask<Float> set = Lanes.load(x + i * Float.BYTES).compare(VectorOperators.NE, 0f);
            ByteVector flags = ByteVector.zero(bytes).blend((byte) 1, set.cast(bytes));
            flags.intoMemorySegment(ALL, y + i, ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static void vectors(VectorSpecies<Byte> bytes, long condition, Flat[] operands, long y, long count) {
        long a = operands[0].address();
        long b = operands[1].address();
        long stepA = operands[0].step() * Float.BYTES;
        long stepB = operands[1].step() * Float.BYTES;
        for (long i = 0; i < count; i += Lanes.COUNT) {
            ByteVector flags = ByteVector.fromMemorySegment(bytes, ALL, condition + i, ByteOrder.LITTLE_ENDIAN);
            VectorMask<Float> first = flags.compare(VectorOperators.NE, 0).cast(Lanes.SPECIES);
            FloatVector chosen = Lanes.load(b + i * stepB).blend(Lanes.load(a + i * stepA), first);
            Lanes.store(chosen, y + i * Float.BYTES);
        }
    }
}
