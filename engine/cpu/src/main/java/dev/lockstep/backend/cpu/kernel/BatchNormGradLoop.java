package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * The loop of a batch norm's input gradient: {@code scale ((g - gradientMean) - ((x - mean) rstd) slope)}, where the
 * table's entries are mean, rstd, scale, slope and gradient mean in this order.
 */
final class BatchNormGradLoop {
    private BatchNormGradLoop() {}

    /**
     * Writes {@code count} floats, at most the length of a stream, to {@code dx}, which is not {@code g} or {@code x}.
     */
    static void run(long g, long x, ChannelTable table, long dx, long count) {
        if (count < Lanes.COUNT) {
            runShort(g, x, table, dx, count);
            return;
        }
        long mean = table.entry(0);
        long step = table.entryBytes();
        long last = (count - Lanes.COUNT) * Float.BYTES;
        for (long i = 0; i < last; i += Lanes.BYTES) {
            Lanes.store(vector(g + i, x + i, mean + i, step), dx + i);
        }
        Lanes.store(vector(g + last, x + last, mean + last, step), dx + last);
    }

    private static FloatVector vector(long g, long x, long mean, long step) {
        FloatVector xhat = Lanes.load(x).sub(Lanes.load(mean)).mul(Lanes.load(mean + step));
        FloatVector centred = Lanes.load(g).sub(Lanes.load(mean + 4 * step));
        return Lanes.load(mean + 2 * step).mul(centred.sub(xhat.mul(Lanes.load(mean + 3 * step))));
    }

    private static void runShort(long g, long x, ChannelTable table, long dx, long count) {
        long block = Scratch.current().stage(0);
        Lanes.copyFew(g, block, count);
        Lanes.copyFew(x, block + Lanes.BYTES, count);
        for (int entry = 0; entry < 5; entry++) {
            Lanes.copyFew(table.entry(entry), block + (entry + 2) * Lanes.BYTES, count);
        }
        Lanes.store(vector(block, block + Lanes.BYTES, block + 2 * Lanes.BYTES, Lanes.BYTES), block);
        Lanes.copyFew(block, dx, count);
    }
}
