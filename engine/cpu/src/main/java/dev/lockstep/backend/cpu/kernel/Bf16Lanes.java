package dev.lockstep.backend.cpu.kernel;

import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Loads bfloat16 numbers as vectors of f32, which is exact, and stores f32 rounded to nearest even. */
@SuppressWarnings("restricted") // One segment over all of memory makes an address as fast as an array.
final class Bf16Lanes {
    private static final VectorSpecies<Short> SPECIES =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Lanes.SPECIES.vectorBitSize() / 2));

    /** The bytes of as many numbers as a vector of {@link Lanes#SPECIES} has. */
    static final long BYTES = Lanes.COUNT * (long) Short.BYTES;

    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int QUIET =
            0x40; // As HalfPrecision has it: cutting the payload of a NaN must not make it inf.

    private Bf16Lanes() {}

    /** Loads a full vector. */
    static FloatVector load(long address) {
        ShortVector halves = ShortVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
        IntVector wide = (IntVector) halves.convertShape(ZERO_EXTEND_S2I, Lanes.INTS, 0);
        return wide.lanewise(LSHL, Short.SIZE).reinterpretAsFloats();
    }

    /** Stores a full vector. */
    static void store(FloatVector vector, long address) {
        IntVector bits = vector.reinterpretAsInts();
        IntVector high = bits.lanewise(LSHR, Short.SIZE);
        IntVector rounded = bits.add(high.and(1).add(0x7fff)).lanewise(LSHR, Short.SIZE);
        IntVector chosen = rounded.blend(high.or(QUIET), vector.test(IS_NAN).cast(Lanes.INTS));
        ((ShortVector) chosen.convertShape(I2S, SPECIES, 0)).intoMemorySegment(ALL, address, ORDER);
    }
}
