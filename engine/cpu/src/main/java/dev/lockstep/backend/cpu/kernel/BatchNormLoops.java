package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;

/** The loops of a batch norm's backward over consecutive floats. The first streams are the means and rstds. */
final class BatchNormLoops {
    private BatchNormLoops() {}

    /**
     * What backward reads.
     *
     * @param g the gradient of the result
     * @param x what was normalised
     */
    record Pair(long g, long x) {
        Pair plus(long bytes) {
            return new Pair(g + bytes, x + bytes);
        }

        private Pair gathered(long to, long count) {
            Lanes.copyFew(g, to, count);
            Lanes.copyFew(x, to + Lanes.BYTES, count);
            return new Pair(to, to + Lanes.BYTES);
        }
    }

    /**
     * Running sums, one a float.
     *
     * @param bias those of {@code g}
     * @param weight those of {@code g xhat}
     */
    record Sums(long bias, long weight) {
        private FloatVector bias(long bytes, FloatVector g) {
            return Lanes.load(bias + bytes).add(g);
        }

        private FloatVector weight(long bytes, FloatVector g, FloatVector xhat) {
            return Lanes.load(weight + bytes).add(g.mul(xhat));
        }

        private void store(long bytes, FloatVector newBias, FloatVector newWeight) {
            Lanes.store(newBias, bias + bytes);
            Lanes.store(newWeight, weight + bytes);
        }
    }

    /** Adds {@code g} and {@code g xhat} to the running sums. */
    static void addGradients(Pair from, Channels channels, Sums sums, long count) {
        if (count < Lanes.COUNT) {
            addFew(from, channels, sums, count);
            return;
        }
        long mean = channels.first();
        long step = channels.step();
        long end = (count - Lanes.COUNT) * Float.BYTES;
        FloatVector lastG = Lanes.load(from.g + end);
        FloatVector lastBias = sums.bias(end, lastG); // Before the loop writes there.
        FloatVector lastWeight = sums.weight(end, lastG, normal(from.x + end, mean + end, step));
        for (long i = 0; i < end; i += Lanes.BYTES) {
            FloatVector g = Lanes.load(from.g + i);
            sums.store(i, sums.bias(i, g), sums.weight(i, g, normal(from.x + i, mean + i, step)));
        }
        sums.store(end, lastBias, lastWeight);
    }

    private static FloatVector normal(long x, long mean, long step) {
        return Lanes.load(x).sub(Lanes.load(mean)).mul(Lanes.load(mean + step));
    }

    private static void addFew(Pair from, Channels channels, Sums sums, long count) {
        long block = Scratch.current().stage(0);
        Pair few = from.gathered(block, count);
        Channels numbers = channels.gathered(2, block + 2 * Lanes.BYTES, count);
        Sums running = new Sums(block + 4 * Lanes.BYTES, block + 5 * Lanes.BYTES);
        Lanes.copyFew(sums.bias, running.bias, count);
        Lanes.copyFew(sums.weight, running.weight, count);
        FloatVector g = Lanes.load(few.g);
        FloatVector xhat = normal(few.x, numbers.first(), numbers.step());
        running.store(0, running.bias(0, g), running.weight(0, g, xhat));
        Lanes.copyFew(running.bias, sums.bias, count);
        Lanes.copyFew(running.weight, sums.weight, count);
    }

    /**
     * Writes the input's gradient {@code scale ((g - gradientMean) - xhat slope)} of {@code count} floats to
     * {@code dx}, which is not read; scale, slope and gradient mean are the next streams.
     */
    static void inputGradient(Pair from, Channels channels, long dx, long count) {
        long step = channels.step();
        if (count < Lanes.COUNT) {
            long block = Scratch.current().stage(0);
            Pair few = from.gathered(block, count);
            Channels numbers = channels.gathered(5, block + 2 * Lanes.BYTES, count);
            Lanes.store(inputGradient(few.g, few.x, numbers.first(), numbers.step()), block);
            Lanes.copyFew(block, dx, count);
            return;
        }
        long mean = channels.first();
        long last = (count - Lanes.COUNT) * Float.BYTES;
        for (long i = 0; i < last; i += Lanes.BYTES) {
            Lanes.store(inputGradient(from.g + i, from.x + i, mean + i, step), dx + i);
        }
        Lanes.store(inputGradient(from.g + last, from.x + last, mean + last, step), dx + last);
    }

    private static FloatVector inputGradient(long g, long x, long mean, long step) {
        FloatVector centred = Lanes.load(g).sub(Lanes.load(mean + 4 * step));
        FloatVector slope = normal(x, mean, step).mul(Lanes.load(mean + 3 * step));
        return Lanes.load(mean + 2 * step).mul(centred.sub(slope));
    }
}
