package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.cpu.kernel.BatchNormLoops.Pair;
import dev.lockstep.backend.cpu.kernel.BatchNormLoops.Sums;
import dev.lockstep.device.MemoryPool;

/**
 * Batch norm over rows of channels: with {@code xhat = (x - mean) rstd}, {@code y = fma(xhat, weight, bias)}. Sums run
 * over the rows as Note [Order of sums] says. Immutable.
 */
final class BatchNormKernel {
    /** The entries of a table. */
    static final int MEAN = 0;

    static final int RSTD = 1;
    static final int WEIGHT = 2;
    static final int BIAS = 3;
    private static final int SCALE = 2;
    private static final int SLOPE = 3;
    private static final int GRADIENT_MEAN = 4;
    private static final int SPARE = 5;
    private static final int ENTRIES = 6;

    private static final TernaryKernel ADD_SQUARE = LoopTemplate.of((LaneTernary) (sum, x, mean) -> {
        var centred = x.sub(mean);
        return sum.add(centred.mul(centred));
    });

    private final MemoryPool pool;
    private final long rows;
    private final long channels;

    BatchNormKernel(MemoryPool pool, long rows, long channels) {
        this.pool = pool;
        this.rows = rows;
        this.channels = channels;
    }

    /** Takes a run of consecutive rows, as many as a table's streams have pixels at most. */
    @FunctionalInterface
    private interface Piece {
        void accept(long offset, long rows, long count);
    }

    private void pieces(Piece piece) {
        long pixels = ChannelTable.pixels(channels);
        for (long row = 0; row < rows; row += pixels) {
            long taken = Math.min(pixels, rows - row);
            piece.accept(row * channels * Float.BYTES, taken, taken * channels);
        }
    }

    /** Makes a table for the passes below; the caller closes it. */
    ChannelTable table() {
        return new ChannelTable(pool, channels, ENTRIES);
    }

    /** Writes {@code sum(x) / n}, a number a channel. */
    void mean(long x, long mean) {
        try (var sums = new ColumnSums(pool, channels)) {
            sums.add(x, rows);
            sums.write(mean);
        }
        Loops.DIV_NUMBER.run((float) rows, mean, mean, channels);
    }

    /** Writes {@code sum((x - mean)^2) / n}, given the means in the table. */
    void variance(long x, ChannelTable table, long variance) {
        long means = table.entry(MEAN);
        try (var sums = new ColumnSums(pool, channels)) {
            pieces((offset, taken, count) -> {
                long lanes = sums.next(taken);
                ADD_SQUARE.run(lanes, x + offset, means, lanes, count);
            });
            sums.write(variance);
        }
        Loops.DIV_NUMBER.run((float) rows, variance, variance, channels);
    }

    /** Writes {@code 1 / sqrt(variance + eps)}. */
    void rstd(long variance, double eps, long rstd) {
        Loops.ADD_NUMBER.run((float) eps, variance, rstd, channels);
        Loops.SQRT.run(rstd, rstd, channels);
        for (long c = 0; c < channels * Float.BYTES; c += Float.BYTES) {
            Lanes.set(rstd + c, 1f / Lanes.get(rstd + c));
        }
    }

    /** Normalises, given the means, rstds, weights and biases in the table. */
    void normalize(long x, ChannelTable table, long y) {
        Channels numbers = table.channels();
        pieces((offset, _, count) -> NormalizedTail.PLAIN.run(x + offset, x + offset, numbers, y + offset, count));
    }

    /** Writes {@code sum(g xhat)} and {@code sum(g)}, given the means and rstds in the table. */
    void parameterGradients(Pair from, ChannelTable table, long dweight, long dbias) {
        Channels numbers = table.channels();
        try (var weight = new ColumnSums(pool, channels);
                var bias = new ColumnSums(pool, channels)) {
            pieces((offset, taken, count) -> {
                Sums sums = new Sums(bias.next(taken), weight.next(taken));
                BatchNormLoops.addGradients(from.plus(offset), numbers, sums, count);
            });
            weight.write(dweight);
            bias.write(dbias);
        }
    }

    /** Enters what {@link #inputGradient} needs beside means and rstds, overwriting weights and biases. */
    void enterGradients(ChannelTable table, long weight, long dweight, long dbias) {
        long spare = table.entry(SPARE);
        Loops.MUL.run(weight, table.entry(RSTD), spare, channels);
        table.set(SCALE, spare);
        Loops.DIV_NUMBER.run((float) rows, dweight, spare, channels);
        table.set(SLOPE, spare);
        Loops.DIV_NUMBER.run((float) rows, dbias, spare, channels);
        table.set(GRADIENT_MEAN, spare);
    }

    /** Writes {@code dx = (weight rstd) ((g - dbias / n) - xhat (dweight / n))}. */
    void inputGradient(Pair from, ChannelTable table, long dx) {
        Channels numbers = table.channels();
        pieces((offset, _, count) -> BatchNormLoops.inputGradient(from.plus(offset), numbers, dx + offset, count));
    }
}
