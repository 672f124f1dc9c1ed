package dev.lockstep.backend.cpu.kernel;

/**
 * Some rows that lie one after the other, and what a stage of a row-wise kernel does with them.
 *
 * @param x what is read
 * @param y what is written; some stages read it, too
 * @param z a second argument: as many rows, or one float a row
 * @param count how many rows there are
 * @param length how many floats a row has
 * @param number a number for all rows
 */
record Rows(long x, long y, long z, long count, long length, float number) {
    /** How many floats pass through the stages of a kernel together: they stay in the first-level cache. */
    private static final long CHUNK = 4096;

    /** {@return how many rows of a length pass through the stages together} */
    static long chunk(long length) {
        return Math.max(1, CHUNK / length);
    }

    /** {@return how many floats the rows have together} */
    long floats() {
        return count * length;
    }

    /** {@return the bytes from the first row to another} */
    long offset(long row) {
        return row * length * Float.BYTES;
    }

    /** {@return the place of a row's float in {@code z}} */
    long number(long row) {
        return z + row * Float.BYTES;
    }
}
