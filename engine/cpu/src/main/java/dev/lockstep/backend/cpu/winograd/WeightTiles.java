package dev.lockstep.backend.cpu.winograd;

import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.backend.cpu.winograd.TileTransform.Place;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;

/**
 * Transformed 3x3 weights: for each of 36 points a matrix of one row an output channel and one column an input channel.
 * Confined to a thread.
 */
public final class WeightTiles implements AutoCloseable {
    private static final int TAPS_A_SIDE = 3;
    private static final int TAPS = TAPS_A_SIDE * TAPS_A_SIDE;

    private final MemoryPool pool;
    private final long outputs;
    private final long inputs;
    private final long rowBytes;
    private final long weightsRowBytes;
    private final Storage memory;

    /** Makes room for weights [outputs, inputs, 3, 3]. */
    public WeightTiles(MemoryPool pool, long outputs, long inputs) {
        this(pool, outputs, inputs, inputs);
    }

    /** Makes room for weights [outputs, inputs, 3, 3] that are a part of [.., allInputs, 3, 3]. */
    public WeightTiles(MemoryPool pool, long outputs, long inputs, long allInputs) {
        this.pool = pool;
        this.outputs = outputs;
        this.inputs = inputs;
        this.rowBytes = inputs * Float.BYTES;
        this.weightsRowBytes = TAPS * allInputs * Float.BYTES;
        this.memory = pool.allocate(TileGrid.POINTS * outputs * rowBytes);
    }

    /** {@return where the first matrix lies; the others follow without a gap} */
    public long address() {
        return memory.address();
    }

    /**
     * Transforms weights.
     *
     * @param weights where the first one lies, in C order
     * @param turned whether each 3x3 is turned by half a turn, as the gradient of the input needs it
     */
    public void read(long weights, boolean turned) {
        work((row, taps, scratch) -> {
            long from = weights + row * weightsRowBytes;
            for (int tap = 0; tap < TAPS; tap++) {
                gather(from + (turned ? TAPS - 1 - tap : tap) * (long) Float.BYTES, taps.address() + tap * rowBytes);
            }
            TileTransform.WEIGHT.run(taps, points(row), scratch, rowBytes);
        });
    }

    /** Transforms the gradients of the points back to those of the weights, written in C order. */
    public void writeGradients(long weights) {
        work((row, taps, scratch) -> {
            TileTransform.WEIGHT_GRADIENT.run(points(row), taps, scratch, rowBytes);
            long to = weights + row * weightsRowBytes;
            for (int tap = 0; tap < TAPS; tap++) {
                scatter(taps.address() + tap * rowBytes, to + tap * (long) Float.BYTES);
            }
        });
    }

    /** What is done with the weights of one output channel: {@code taps} is room for nine rows of input channels. */
    @FunctionalInterface
    private interface RowWork {
        void run(long row, Place taps, long scratch);
    }

    private void work(RowWork rowWork) {
        Storage rows = pool.allocate(TAPS * rowBytes);
        Storage scratch = pool.allocate(TileTransform.scratchBytes(rowBytes));
        try {
            Place taps = new Place(rows.address(), TAPS_A_SIDE * rowBytes, rowBytes);
            for (long row = 0; row < outputs; row++) {
                rowWork.run(row, taps, scratch.address());
            }
        } finally {
            scratch.release();
            rows.release();
        }
    }

    private void gather(long from, long to) {
        for (long c = 0; c < inputs; c++) {
            Lanes.set(to + c * Float.BYTES, Lanes.get(from + c * TAPS * Float.BYTES));
        }
    }

    private void scatter(long from, long to) {
        for (long c = 0; c < inputs; c++) {
            Lanes.set(to + c * TAPS * Float.BYTES, Lanes.get(from + c * Float.BYTES));
        }
    }

    private Place points(long row) {
        long plane = outputs * rowBytes;
        return new Place(address() + row * rowBytes, TileGrid.SIDE * plane, plane);
    }

    @Override
    public void close() {
        memory.release();
    }
}
