package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.layout.DType;

/**
 * Reads the classes that a loss wants.
 *
 * @param address where they lie, one after the other
 * @param isLong whether they are i64, else i32
 * @param ignored the class that stands for none
 */
record Targets(long address, boolean isLong, long ignored) {
    /** Reads a vector in C order. */
    static Targets of(Value target, long ignored) {
        return new Targets(target.address(), target.dtype() == DType.I64, ignored);
    }

    /** {@return the class of a row} */
    long get(long row) {
        return isLong ? Lanes.getLong(address + row * Long.BYTES) : Lanes.getInt(address + row * Integer.BYTES);
    }

    /** {@return whether a row has no class} */
    boolean isIgnored(long row) {
        return get(row) == ignored;
    }

    /** {@return whether each of the first rows has a class below {@code classes} or none} */
    boolean areBelow(long classes, long rows) {
        for (long row = 0; row < rows; row++) {
            long target = get(row);
            if ((target < 0 || target >= classes) && target != ignored) {
                return false;
            }
        }
        return true;
    }
}
