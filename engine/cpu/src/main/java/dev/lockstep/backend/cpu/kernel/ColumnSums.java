package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.FixedSum;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import org.jspecify.annotations.Nullable;

/**
 * Sums the rows of a matrix, column by column, in the order of {@link FixedSum}: row r goes to the running sums of lane
 * r mod 16, which are sixteen rows of memory. Consecutive rows are consecutive lanes, so sixteen rows are one flat
 * addition. Any other function of two numbers may take the place of the addition. Confined to a thread.
 */
final class ColumnSums implements AutoCloseable {
    private final MemoryPool pool;
    private final long columns;
    private final BinaryKernel function;
    private final float start;
    private final Storage lanes;
    private long rows;
    private @Nullable ColumnSums blocks;

    /** Makes sums of no rows. */
    ColumnSums(MemoryPool pool, long columns) {
        this(pool, columns, Loops.ADD, 0f);
    }

    /** Makes the fold of no rows by another function, of which {@code start} is the neutral element. */
    ColumnSums(MemoryPool pool, long columns, BinaryKernel function, float start) {
        this.pool = pool;
        this.columns = columns;
        this.function = function;
        this.start = start;
        this.lanes = pool.allocate(FixedSum.LANES * columns * Float.BYTES);
        clear();
    }

    private void clear() {
        Fill.run(start, lanes.address(), FixedSum.LANES * columns);
    }

    /** Adds the next {@code count} rows, which lie one after the other. */
    void add(long address, long count) {
        long rowBytes = columns * Float.BYTES;
        long done = 0;
        while (done < count) {
            long taken = Math.min(FixedSum.LANES - rows % FixedSum.LANES, count - done);
            long sums = next(taken);
            function.run(sums, address + done * rowBytes, sums, taken * columns);
            done += taken;
        }
    }

    /**
     * {@return where the running sums for the next {@code count} rows lie, one after the other} The caller adds those
     * rows to them before it asks again.
     *
     * @param count rows that end at or before the next multiple of sixteen
     */
    long next(long count) {
        if (rows == FixedSum.BLOCK) {
            handOn();
        }
        long lane = rows % FixedSum.LANES;
        assert lane + count <= FixedSum.LANES : lane + " + " + count;
        rows += count;
        return lanes.address() + lane * columns * Float.BYTES;
    }

    private void handOn() {
        ColumnSums above = blocks;
        if (above == null) {
            above = new ColumnSums(pool, columns, function, start);
            blocks = above;
        }
        above.add(fold(), 1);
        clear();
        rows = 0;
    }

    private long fold() {
        for (long width = FixedSum.LANES / 2; width > 0; width /= 2) {
            long half = width * columns;
            function.run(lanes.address(), lanes.address() + half * Float.BYTES, lanes.address(), half);
        }
        return lanes.address();
    }

    /** Writes the sums of all rows so far. May be asked once. */
    void write(long to) {
        ColumnSums above = blocks;
        if (above == null) {
            Lanes.copy(fold(), to, columns * Float.BYTES);
            return;
        }
        above.add(fold(), 1);
        above.write(to);
    }

    @Override
    public void close() {
        lanes.release();
        if (blocks != null) {
            blocks.close();
        }
    }
}
