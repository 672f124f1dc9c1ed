package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.Update;
import jdk.incubator.vector.FloatVector;

/**
 * One step of Adam over consecutive floats: {@code m = fma(b1, m, (1 - b1) g)}, {@code v = fma(b2, v, (1 - b2) (g g))},
 * {@code p = fma(-lr / c1, m / (sqrt(v) / sqrt(c2) + eps), p)} with c = 1 - b^step, after the decay: {@code p = p (1 -
 * lr decay)} if decoupled, else {@code g = fma(decay, p, g)}. Immutable.
 */
final class AdamKernel {
    private final boolean decays;
    private final boolean decoupled;
    private final float kept;
    private final float decay;
    private final float beta1;
    private final float beta2;
    private final float fresh1;
    private final float fresh2;
    private final float rate;
    private final float root;
    private final float eps;

    AdamKernel(Update.Adam op) {
        this.decays = op.weightDecay() != 0;
        this.decoupled = op.decoupled();
        this.kept = (float) (1 - op.lr() * op.weightDecay());
        this.decay = (float) op.weightDecay();
        this.beta1 = (float) op.beta1();
        this.beta2 = (float) op.beta2();
        this.fresh1 = (float) (1 - op.beta1());
        this.fresh2 = (float) (1 - op.beta2());
        this.rate = (float) (-op.lr() / (1 - StrictMath.pow(op.beta1(), (double) op.step())));
        this.root = (float) Math.sqrt(1 - StrictMath.pow(op.beta2(), (double) op.step()));
        this.eps = (float) op.eps();
    }

    /** Steps {@code count} parameters. */
    void run(long p, long g, long m, long v, long count) {
        Scratch scratch = Scratch.current();
        for (long start = 0; start < count; start += Scratch.BLOCK) {
            long offset = start * Float.BYTES;
            long size = Math.min(Scratch.BLOCK, count - start);
            long gradient = decay(p + offset, g + offset, size, scratch);
            block(p + offset, gradient, m + offset, v + offset, size);
        }
    }

    /** Lets a block of parameters decay. Returns where the gradient lies. */
    private long decay(long p, long g, long size, Scratch scratch) {
        if (!decays) {
            return g;
        }
        if (decoupled) {
            Loops.MUL_NUMBER.run(kept, p, p, size);
            return g;
        }
        long decayed = scratch.stage(0);
        Loops.FMA_NUMBER.run(decay, p, g, decayed, size);
        return decayed;
    }

    private void block(long p, long g, long m, long v, long size) {
        long rest = size % Lanes.COUNT;
        long whole = (size - rest) * Float.BYTES;
        vectors(p, g, m, v, whole);
        if (rest == 0) {
            return;
        }
        Scratch scratch = Scratch.current();
        long[] at = {p + whole, g + whole, m + whole, v + whole};
        for (int i = 0; i < at.length; i++) {
            Lanes.copyFew(at[i], scratch.vector(i), rest);
        }
        vectors(scratch.vector(0), scratch.vector(1), scratch.vector(2), scratch.vector(3), Lanes.BYTES);
        for (int i = 0; i < at.length; i++) {
            if (i != 1) { // The gradient is only read.
                Lanes.copyFew(scratch.vector(i), at[i], rest);
            }
        }
    }

    private void vectors(long p, long g, long m, long v, long bytes) {
        FloatVector b1 = Lanes.all(beta1);
        FloatVector b2 = Lanes.all(beta2);
        FloatVector f1 = Lanes.all(fresh1);
        FloatVector f2 = Lanes.all(fresh2);
        FloatVector roots = Lanes.all(root);
        FloatVector small = Lanes.all(eps);
        FloatVector rates = Lanes.all(rate);
        for (long i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector gradient = Lanes.load(g + i);
            FloatVector mean = b1.fma(Lanes.load(m + i), f1.mul(gradient));
            FloatVector square = b2.fma(Lanes.load(v + i), f2.mul(gradient.mul(gradient)));
            FloatVector divisor = square.sqrt().div(roots).add(small);
            Lanes.store(mean, m + i);
            Lanes.store(square, v + i);
            Lanes.store(rates.fma(mean.div(divisor), Lanes.load(p + i)), p + i);
        }
    }
}
