package dev.lockstep.backend.cpu.winograd;

import static dev.lockstep.backend.cpu.kernel.Lanes.all;
import static dev.lockstep.backend.cpu.kernel.Lanes.load;
import static dev.lockstep.backend.cpu.kernel.Lanes.store;

import dev.lockstep.backend.cpu.kernel.Lanes;
import jdk.incubator.vector.FloatVector;

/** The five one-dimensional transforms of F(4, 3); the letters are those of the paper, T marks a transposition. */
final class Lines {
    private static final float SIXTH = 1f / 6;
    private static final float TWELFTH = 1f / 12;
    private static final float TWENTY_FOURTH = 1f / 24;

    private Lines() {}

    /** B^T: six neighbouring inputs to six points. */
    static void input(long from, long fromStep, long to, long toStep, long bytes) {
        for (long c = 0; c < bytes; c += Lanes.BYTES) {
            long x = from + c;
            FloatVector d0 = load(x);
            FloatVector d1 = load(x + fromStep);
            FloatVector d2 = load(x + 2 * fromStep);
            FloatVector d3 = load(x + 3 * fromStep);
            FloatVector d4 = load(x + 4 * fromStep);
            FloatVector d5 = load(x + 5 * fromStep);
            FloatVector even = d2.fma(all(-4f), d4);
            FloatVector odd = d1.fma(all(-4f), d3);
            FloatVector outerEven = d4.sub(d2);
            FloatVector outerOdd = d3.sub(d1);
            long y = to + c;
            store(d0.fma(all(4f), d2.fma(all(-5f), d4)), y);
            store(even.add(odd), y + toStep);
            store(even.sub(odd), y + 2 * toStep);
            store(outerOdd.fma(all(2f), outerEven), y + 3 * toStep);
            store(outerOdd.fma(all(-2f), outerEven), y + 4 * toStep);
            store(d1.fma(all(4f), d3.fma(all(-5f), d5)), y + 5 * toStep);
        }
    }

    /** A^T: six points to four neighbouring outputs. */
    static void output(long from, long fromStep, long to, long toStep, long bytes) {
        for (long c = 0; c < bytes; c += Lanes.BYTES) {
            long x = from + c;
            FloatVector m1 = load(x + fromStep);
            FloatVector m2 = load(x + 2 * fromStep);
            FloatVector m3 = load(x + 3 * fromStep);
            FloatVector m4 = load(x + 4 * fromStep);
            FloatVector innerSum = m1.add(m2);
            FloatVector innerDifference = m1.sub(m2);
            FloatVector outerSum = m3.add(m4);
            FloatVector outerDifference = m3.sub(m4);
            long y = to + c;
            store(load(x).add(innerSum).add(outerSum), y);
            store(outerDifference.fma(all(2f), innerDifference), y + toStep);
            store(outerSum.fma(all(4f), innerSum), y + 2 * toStep);
            store(outerDifference.fma(all(8f), innerDifference).add(load(x + 5 * fromStep)), y + 3 * toStep);
        }
    }

    /** A: the gradients of four outputs to those of six points. */
    static void outputGradient(long from, long fromStep, long to, long toStep, long bytes) {
        for (long c = 0; c < bytes; c += Lanes.BYTES) {
            long x = from + c;
            FloatVector g0 = load(x);
            FloatVector g1 = load(x + fromStep);
            FloatVector g2 = load(x + 2 * fromStep);
            FloatVector g3 = load(x + 3 * fromStep);
            FloatVector even = g0.add(g2);
            FloatVector odd = g1.add(g3);
            FloatVector outerEven = g2.fma(all(4f), g0);
            FloatVector outerOdd = g3.fma(all(4f), g1);
            long y = to + c;
            store(g0, y);
            store(even.add(odd), y + toStep);
            store(even.sub(odd), y + 2 * toStep);
            store(outerOdd.fma(all(2f), outerEven), y + 3 * toStep);
            store(outerOdd.fma(all(-2f), outerEven), y + 4 * toStep);
            store(g3, y + 5 * toStep);
        }
    }

    /** G: three weights to six points. */
    static void weight(long from, long fromStep, long to, long toStep, long bytes) {
        for (long c = 0; c < bytes; c += Lanes.BYTES) {
            long x = from + c;
            FloatVector w0 = load(x);
            FloatVector w1 = load(x + fromStep);
            FloatVector w2 = load(x + 2 * fromStep);
            FloatVector even = w0.add(w2).mul(-SIXTH);
            FloatVector outerEven = w2.fma(all(SIXTH), w0.mul(TWENTY_FOURTH));
            long y = to + c;
            store(w0.mul(0.25f), y);
            store(w1.fma(all(-SIXTH), even), y + toStep);
            store(w1.fma(all(SIXTH), even), y + 2 * toStep);
            store(w1.fma(all(TWELFTH), outerEven), y + 3 * toStep);
            store(w1.fma(all(-TWELFTH), outerEven), y + 4 * toStep);
            store(w2, y + 5 * toStep);
        }
    }

    /** G^T: the gradients of six points to those of three weights. */
    static void weightGradient(long from, long fromStep, long to, long toStep, long bytes) {
        for (long c = 0; c < bytes; c += Lanes.BYTES) {
            long x = from + c;
            FloatVector u1 = load(x + fromStep);
            FloatVector u2 = load(x + 2 * fromStep);
            FloatVector u3 = load(x + 3 * fromStep);
            FloatVector u4 = load(x + 4 * fromStep);
            FloatVector inner = u1.add(u2).mul(-SIXTH);
            FloatVector outer = u3.add(u4);
            long y = to + c;
            store(outer.fma(all(TWENTY_FOURTH), load(x).fma(all(0.25f), inner)), y);
            store(u3.sub(u4).fma(all(TWELFTH), u2.sub(u1).mul(SIXTH)), y + toStep);
            store(outer.fma(all(SIXTH), inner).add(load(x + 5 * fromStep)), y + 2 * toStep);
        }
    }
}
