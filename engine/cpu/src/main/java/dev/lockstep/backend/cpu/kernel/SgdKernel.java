package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.Update;

/**
 * One step of SGD over consecutive floats: {@code d = fma(weightDecay, p, g)}, {@code buf = fma(momentum, buf, (1 -
 * dampening) d)} (d at first), {@code d = nesterov ? fma(momentum, buf, d) : buf}, {@code p = fma(-lr, d, p)}. In
 * stages, over blocks that stay in the first-level cache. Immutable.
 */
final class SgdKernel {
    private final float decay;
    private final float momentum;
    private final float fresh;
    private final float rate;
    private final boolean nesterov;
    private final boolean first;

    SgdKernel(Update.Sgd op) {
        this.decay = (float) op.weightDecay();
        this.momentum = (float) op.momentum();
        this.fresh = (float) (1 - op.dampening());
        this.rate = (float) -op.lr();
        this.nesterov = op.nesterov();
        this.first = op.first();
    }

    /** Steps {@code count} parameters; without momentum the buffer is not touched. */
    void run(long p, long g, long buffer, long count) {
        Scratch scratch = Scratch.current();
        for (long start = 0; start < count; start += Scratch.BLOCK) {
            long offset = start * Float.BYTES;
            long size = Math.min(Scratch.BLOCK, count - start);
            long d = g + offset;
            if (decay != 0) {
                long decayed = scratch.stage(0);
                Loops.FMA_NUMBER.run(decay, p + offset, d, decayed, size);
                d = decayed;
            }
            if (momentum != 0) {
                d = momentum(d, buffer + offset, size, scratch);
            }
            Loops.FMA_NUMBER.run(rate, d, p + offset, p + offset, size);
        }
    }

    /** Renews a block of the buffer. Returns where the direction lies. */
    private long momentum(long d, long buffer, long size, Scratch scratch) {
        if (first) {
            Lanes.copy(d, buffer, size * Float.BYTES);
        } else {
            long share = d;
            if (fresh != 1) { // Times 1 changes no bit.
                share = scratch.stage(1);
                Loops.MUL_NUMBER.run(fresh, d, share, size);
            }
            Loops.FMA_NUMBER.run(momentum, buffer, share, buffer, size);
        }
        if (!nesterov) {
            return buffer;
        }
        long ahead = scratch.stage(1);
        Loops.FMA_NUMBER.run(momentum, buffer, d, ahead, size);
        return ahead;
    }
}
