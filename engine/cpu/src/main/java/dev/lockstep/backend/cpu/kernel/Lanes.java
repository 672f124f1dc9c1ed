package dev.lockstep.backend.cpu.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import dev.lockstep.backend.op.HalfPrecision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Loads and stores vectors at native addresses. */
@SuppressWarnings("restricted") // One segment over all of memory makes an address as fast as an array.
public final class Lanes {
    /** The vectors of element-wise kernels: as long as the machine has them, since no bit depends on it. */
    public static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** As many ints as {@link #SPECIES} has floats. */
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /** As many shorts as {@link #SPECIES} has floats. */
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

    /** How many floats a vector of {@link #SPECIES} holds. */
    public static final int COUNT = SPECIES.length();

    /** The bytes of a vector of {@link #SPECIES}. */
    public static final long BYTES = COUNT * (long) Float.BYTES;

    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private Lanes() {}

    /** Loads a full vector. */
    public static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
    }

    /** Stores a full vector. */
    public static void store(FloatVector vector, long address) {
        known(vector).intoMemorySegment(ALL, address, ORDER);
    }

    /** Loads a full vector of ints. */
    static IntVector loadInts(long address) {
        return IntVector.fromMemorySegment(INTS, ALL, address, ORDER);
    }

    /** Stores a full vector of ints. */
    static void store(IntVector vector, long address) {
        known(vector).intoMemorySegment(ALL, address, ORDER);
    }

    /** Stores a vector of half as many ints. */
    static void storeHalf(IntVector vector, long address) {
        vector.intoMemorySegment(ALL, address, ORDER);
    }

    /**
     * {@return the vector itself, of {@link #SPECIES}} Tells the compiler its class; see Note [Known vectors].
     *
     * <p>Note [Known vectors]: in {@code sum = sum.add(x)} the compiler sees of what a loop carries only that it is
     * some vector. What to inline it then takes from a profile, and from one that all kernels share; where there is
     * none, or it holds several species, the vectors are boxed for as long as the JVM lives. {@code known(sum).add(x)}
     * needs no profile, and what a loop leaves behind needs it as much: {@code store} sees to that itself. Costs
     * nothing in compiled code.
     */
    static FloatVector known(FloatVector vector) {
        return known(vector, SPECIES);
    }

    /** {@return the vector itself, of a species that is a constant} As for {@link #SPECIES}. */
    static FloatVector known(FloatVector vector, VectorSpecies<Float> species) {
        return (FloatVector) species.vectorType().cast(vector);
    }

    /** {@return the vector itself, of {@link #INTS}} As for floats. */
    static IntVector known(IntVector vector) {
        return (IntVector) INTS.vectorType().cast(vector);
    }

    /** Loads as many bfloat16 numbers as {@link #COUNT}. */
    static FloatVector loadBf16(long address) {
        ShortVector halves = ShortVector.fromMemorySegment(SHORTS, ALL, address, ORDER);
        IntVector wide = (IntVector) halves.convertShape(ZERO_EXTEND_S2I, INTS, 0);
        return wide.lanewise(LSHL, Short.SIZE).reinterpretAsFloats();
    }

    /** Stores the bfloat16 numbers nearest to a full vector, as {@link HalfPrecision#toBf16} rounds. */
    static void storeBf16(FloatVector vector, long address) {
        IntVector bits = vector.reinterpretAsInts();
        IntVector high = bits.lanewise(LSHR, Short.SIZE);
        IntVector rounded = bits.add(high.and(1).add(0x7fff)).lanewise(LSHR, Short.SIZE);
        IntVector chosen = rounded.blend(high.or(0x40), vector.test(IS_NAN).cast(INTS));
        ((ShortVector) chosen.convertShape(I2S, SHORTS, 0)).intoMemorySegment(ALL, address, ORDER);
    }

    /** {@return the mask of the first {@code count} lanes} */
    static VectorMask<Float> first(long count) {
        return SPECIES.indexInRange(0, count);
    }

    /** Loads fewer floats than a vector has; the other lanes hold {@code fill}. */
    static FloatVector loadFew(long address, long count, float fill) {
        VectorMask<Float> mask = first(count);
        return all(fill).blend(FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER, mask), mask);
    }

    /** Stores the first {@code count} lanes. */
    static void storeFew(FloatVector vector, long address, long count) {
        known(vector).intoMemorySegment(ALL, address, ORDER, first(count));
    }

    /** Stores a full vector of longs. */
    static void store(LongVector vector, long address) {
        vector.intoMemorySegment(ALL, address, ORDER);
    }

    /** {@return a number in every lane} */
    public static FloatVector all(float number) {
        return FloatVector.broadcast(SPECIES, number);
    }

    /** {@return {@code x > limit ? limit : x} in each lane; NaN stays} */
    static FloatVector atMost(FloatVector x, float limit) {
        FloatVector limits = all(limit);
        return x.blend(limits, x.compare(GT, limits));
    }

    /** Reads one float. */
    public static float get(long address) {
        return ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address);
    }

    /** Writes one float. */
    public static void set(long address, float number) {
        ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address, number);
    }

    /** Reads one byte. */
    static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    /** Writes one byte. */
    static void setByte(long address, byte number) {
        ALL.set(ValueLayout.JAVA_BYTE, address, number);
    }

    /** Reads two bytes. */
    static short getShort(long address) {
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
    }

    /** Writes two bytes. */
    static void setShort(long address, short number) {
        ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, number);
    }

    /** Reads one i64. */
    static long getLong(long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    /** Writes one i64. */
    static void setLong(long address, long number) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, number);
    }

    /** Reads one i32. */
    static int getInt(long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    /** Writes one i32. */
    static void setInt(long address, int number) {
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, number);
    }

    /** Copies a few floats, fewer than a call would cost. */
    static void copyFew(long from, long to, long count) {
        for (long i = 0; i < count * Float.BYTES; i += Float.BYTES) {
            set(to + i, get(from + i));
        }
    }

    /** Copies bytes between regions that do not overlap. */
    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    /** Sets bytes to zero. */
    public static void clear(long address, long bytes) {
        ALL.asSlice(address, bytes).fill((byte) 0);
    }
}
