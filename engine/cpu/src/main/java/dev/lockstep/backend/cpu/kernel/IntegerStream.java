package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.layout.DType;

/**
 * Whole numbers that kernels read and write as 64-bit ones, a block at a time.
 *
 * @param address where the first one lies
 * @param step the bytes from one to the next; 0 where one stands for all
 * @param dtype how they lie
 */
record IntegerStream(long address, long step, DType dtype) {
    static IntegerStream of(Flat flat, DType dtype) {
        return new IntegerStream(flat.address(), flat.step() * dtype.sizeBytes(), dtype);
    }

    private boolean isInPlace() {
        return dtype == DType.I64 && step == Long.BYTES;
    }

    /**
     * {@return where numbers {@code start} to {@code start + count} lie as longs: in place, or in the block, which
     * belongs to this stream from its first numbers on}
     */
    long read(long start, long count, long block) {
        long from = address + start * step;
        if (isInPlace()) {
            return from;
        }
        if (step == 0 && start > 0) {
            return block; // It holds the number that stands for all.
        }
        switch (dtype) {
            case I64 -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setLong(block + i * Long.BYTES, Lanes.getLong(from + i * step));
                }
            }
            case I32 -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setLong(block + i * Long.BYTES, Lanes.getInt(from + i * step));
                }
            }
            case I16 -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setLong(block + i * Long.BYTES, Lanes.getShort(from + i * step));
                }
            }
            case I8 -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setLong(block + i * Long.BYTES, Lanes.getByte(from + i * step));
                }
            }
            case U8 -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setLong(block + i * Long.BYTES, Lanes.getByte(from + i * step) & 0xff);
                }
            }
            case BOOL -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setLong(block + i * Long.BYTES, Lanes.getByte(from + i * step) == 0 ? 0 : 1);
                }
            }
            case F32, F64, F16, BF16 -> throw notWhole();
        }
        return block;
    }

    /** {@return where numbers from {@code start} on may be written as longs: in place, or to the block} */
    long target(long start, long block) {
        return isInPlace() ? address + start * step : block;
    }

    /** Takes numbers over from where {@link #target} was, each cut to what the type holds. */
    void write(long start, long count, long block) {
        long to = address + start * step;
        switch (dtype) {
            case I64 -> {} // They were written in place.
            case I32 -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setInt(to + i * Integer.BYTES, (int) Lanes.getLong(block + i * Long.BYTES));
                }
            }
            case I16 -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setShort(to + i * Short.BYTES, (short) Lanes.getLong(block + i * Long.BYTES));
                }
            }
            case I8, U8, BOOL -> {
                for (long i = 0; i < count; i++) {
                    Lanes.setByte(to + i, (byte) Lanes.getLong(block + i * Long.BYTES));
                }
            }
            case F32, F64, F16, BF16 -> throw notWhole();
        }
    }

    private AssertionError notWhole() {
        return new AssertionError(dtype + " is no type of whole numbers");
    }
}
