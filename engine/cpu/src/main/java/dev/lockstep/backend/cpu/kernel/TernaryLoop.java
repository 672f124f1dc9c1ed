package dev.lockstep.backend.cpu.kernel;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The loop over one function of three arguments; {@link LoopTemplate} makes a copy of this class for each function. */
final class TernaryLoop implements TernaryKernel {
    private static final LaneTernary FUNCTION = function();
    private static final BatchKernel<Few> FEW = Apart.of(TernaryLoop::runFew);

    /** Made by {@link LoopTemplate}. */
    TernaryLoop() {}

    private static LaneTernary function() {
        try {
            return MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, LaneTernary.class);
        } catch (IllegalAccessException e) {
            throw new AssertionError("the template itself is not to be used", e);
        }
    }

    @Override
    public void run(long a, long b, long c, long y, long count) {
        if (count < Lanes.COUNT) {
            FEW.run(new Few(a, b, c, y, count));
            return;
        }
        long end = (count - Lanes.COUNT) * Float.BYTES;
        FloatVector lastA = Lanes.load(a + end); // Before the loop writes there, where y is one of them.
        FloatVector lastB = Lanes.load(b + end);
        FloatVector lastC = Lanes.load(c + end);
        for (long i = 0; i < end + Lanes.BYTES; i += Lanes.BYTES) {
            boolean whole = i < end;
            FloatVector nextA = whole ? Lanes.load(a + i) : lastA;
            FloatVector nextB = whole ? Lanes.load(b + i) : lastB;
            FloatVector nextC = whole ? Lanes.load(c + i) : lastC;
            Lanes.store(FUNCTION.apply(nextA, nextB, nextC), y + Math.min(i, end));
        }
    }

    private static void runFew(Few few) {
        Scratch scratch = Scratch.current();
        long left = scratch.vector(0);
        long right = scratch.vector(1);
        long third = scratch.vector(2);
        Lanes.copyFew(few.a(), left, few.count());
        Lanes.copyFew(few.b(), right, few.count());
        Lanes.copyFew(few.c(), third, few.count());
        Lanes.store(FUNCTION.apply(Lanes.load(left), Lanes.load(right), Lanes.load(third)), left);
        Lanes.copyFew(left, few.y(), few.count());
    }
}
