package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.HalfPrecision;
import dev.lockstep.layout.DType;
import org.jspecify.annotations.Nullable;

/** Conversions of consecutive elements, as data loading and mixed precision use them. */
final class Casts {
    /** Converts {@code count} elements at {@code x} to elements at {@code y}. */
    @FunctionalInterface
    interface Cast {
        void run(long x, long y, long count);
    }

    private Casts() {}

    /** {@return the loop from one dtype to another, or null where there is none} */
    static @Nullable Cast of(DType from, DType to) {
        return switch (to) {
            case F32 -> toFloat(from);
            case BF16 -> from == DType.F32 ? Casts::floatToBf16 : null;
            case F16 -> from == DType.F32 ? Casts::floatToF16 : null;
            case I64 -> from == DType.I32 ? Casts::intToLong : from == DType.U8 ? Casts::unsignedToLong : null;
            case F64, I8, U8, I16, I32, BOOL -> null;
        };
    }

    private static @Nullable Cast toFloat(DType from) {
        return switch (from) {
            case U8 -> Casts::unsignedToFloat;
            case BOOL -> Casts::boolToFloat;
            case I64 -> Casts::longToFloat;
            case I32 -> Casts::intToFloat;
            case BF16 -> Casts::bf16ToFloat;
            case F16 -> Casts::f16ToFloat;
            case F32, F64, I8, I16 -> null;
        };
    }

    private static void unsignedToFloat(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            Lanes.set(y + i * Float.BYTES, (float) (Lanes.getByte(x + i) & 0xff));
        }
    }

    private static void boolToFloat(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            Lanes.set(y + i * Float.BYTES, Lanes.getByte(x + i) == 0 ? 0f : 1f);
        }
    }

    private static void longToFloat(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            Lanes.set(y + i * Float.BYTES, (float) Lanes.getLong(x + i * Long.BYTES));
        }
    }

    private static void intToFloat(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            Lanes.set(y + i * Float.BYTES, (float) Lanes.getInt(x + i * Integer.BYTES));
        }
    }

    private static void bf16ToFloat(long x, long y, long count) {
        long whole = count - count % Lanes.COUNT;
        for (long i = 0; i < whole; i += Lanes.COUNT) {
            Lanes.store(Lanes.loadBf16(x + i * Short.BYTES), y + i * Float.BYTES);
        }
        for (long i = whole; i < count; i++) {
            Lanes.set(y + i * Float.BYTES, HalfPrecision.fromBf16(Lanes.getShort(x + i * Short.BYTES)));
        }
    }

    static void floatToBf16(long x, long y, long count) {
        long whole = count - count % Lanes.COUNT;
        for (long i = 0; i < whole; i += Lanes.COUNT) {
            Lanes.storeBf16(Lanes.load(x + i * Float.BYTES), y + i * Short.BYTES);
        }
        for (long i = whole; i < count; i++) {
            Lanes.setShort(y + i * Short.BYTES, HalfPrecision.toBf16(Lanes.get(x + i * Float.BYTES)));
        }
    }

    private static void f16ToFloat(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            Lanes.set(y + i * Float.BYTES, HalfPrecision.fromF16(Lanes.getShort(x + i * Short.BYTES)));
        }
    }

    private static void floatToF16(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            Lanes.setShort(y + i * Short.BYTES, HalfPrecision.toF16(Lanes.get(x + i * Float.BYTES)));
        }
    }

    private static void unsignedToLong(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            Lanes.setLong(y + i * Long.BYTES, Lanes.getByte(x + i) & 0xff);
        }
    }

    private static void intToLong(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            Lanes.setLong(y + i * Long.BYTES, Lanes.getInt(x + i * Integer.BYTES));
        }
    }
}
