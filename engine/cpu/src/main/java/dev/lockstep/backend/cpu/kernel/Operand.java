package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Reads a broadcast operand as a stream of floats in the physical order of the result. A full operand is read in place;
 * a repeated row, a stretched column or a number is written out to a small block of scratch memory, piece by piece, so
 * that kernels know only one form.
 *
 * @param repeat how many elements lie in the row that repeats; all of them for a full operand
 * @param stretch how many consecutive elements of the result one element serves
 */
record Operand(long address, long repeat, long stretch) {
    /** How many floats a piece has at most. Two blocks and their results stay in the first-level cache. */
    static final int BLOCK = 1024;

    /** {@return an operand whose every element is the float at {@code address}} */
    static Operand number(long address, long count) {
        return new Operand(address, 1, count);
    }

    /**
     * Finds how an operand is read in the order of a dense result.
     *
     * @param order the result's axes, outermost first in memory
     * @return null where it is neither full, nor a repeated row, nor a stretched column
     */
    static @Nullable Operand of(long address, Layout layout, Shape result, int[] order) {
        Layout wide = layout.shape().equals(result) ? layout : layout.expand(result);
        long repeat = 1;
        long stretch = 1;
        int axis = order.length - 1;
        for (; axis >= 0 && wide.stride(order[axis]) == 0; axis--) {
            stretch *= result.size(order[axis]);
        }
        for (; axis >= 0 && wide.stride(order[axis]) == repeat; axis--) {
            repeat *= result.size(order[axis]);
        }
        for (; axis >= 0; axis--) {
            if (wide.stride(order[axis]) != 0) {
                return null;
            }
        }
        boolean both = stretch > 1 && repeat > 1 && repeat * stretch != result.elements();
        return both ? null : new Operand(address, repeat, stretch);
    }

    /**
     * {@return the axes of a dense layout that are longer than 1, outermost in memory first; null if it is not dense}
     */
    static int @Nullable [] order(Layout layout) {
        return layout.isDense() ? layout.axesInMemory() : null;
    }

    /** {@return whether the operand is as large as a result of {@code count} elements, so that it is read in place} */
    boolean isFull(long count) {
        return stretch == 1 && repeat == count;
    }

    /** {@return how many elements are given at a time} */
    long pieceSize(long count) {
        if (isFull(count)) {
            return count;
        }
        if (stretch == 1) {
            return repeat > BLOCK / 2 ? repeat : BLOCK / repeat * repeat;
        }
        return BLOCK;
    }

    /** {@return where elements {@code [start, start + count)} lie, after writing them to {@code scratch} if need be} */
    long piece(long start, long count, long scratch) {
        if (stretch == 1) {
            if (repeat > BLOCK / 2) {
                return address + start % repeat * Float.BYTES; // Pieces start at the beginning of a row.
            }
            if (start == 0) {
                repeatRow(count, scratch);
            }
            return scratch;
        }
        long element = start / stretch;
        long done = 0;
        while (done < count) {
            long run = Math.min(count - done, (element + 1) * stretch - start - done);
            Fill.run(Lanes.get(address + element % repeat * Float.BYTES), scratch + done * Float.BYTES, run);
            done += run;
            element++;
        }
        return scratch;
    }

    private void repeatRow(long count, long scratch) {
        long rowBytes = repeat * Float.BYTES;
        for (long done = 0; done < count; done += repeat) {
            Lanes.copy(address, scratch + done * Float.BYTES, Math.min(rowBytes, (count - done) * Float.BYTES));
        }
    }
}
