package dev.lockstep.backend.cpu.kernel;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The loop over one function of two arguments; {@link LoopTemplate} makes a copy of this class for each function. */
final class BinaryLoop implements BinaryKernel {
    private static final LaneBinary FUNCTION = function();
    private static final BatchKernel<Few> FEW = Apart.of(BinaryLoop::runFew);

    /** Made by {@link LoopTemplate}. */
    BinaryLoop() {}

    private static LaneBinary function() {
        try {
            return MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, LaneBinary.class);
        } catch (IllegalAccessException e) {
            throw new AssertionError("the template itself is not to be used", e);
        }
    }

    @Override
    public void run(long a, long b, long y, long count) {
        if (count < Lanes.COUNT) {
            FEW.run(new Few(a, b, 0, y, count));
            return;
        }
        long end = (count - Lanes.COUNT) * Float.BYTES;
        FloatVector lastA = Lanes.load(a + end); // Before the loop writes there, where y is a or b.
        FloatVector lastB = Lanes.load(b + end);
        for (long i = 0; i < end + Lanes.BYTES; i += Lanes.BYTES) {
            boolean whole = i < end;
            FloatVector nextA = whole ? Lanes.load(a + i) : lastA;
            FloatVector nextB = whole ? Lanes.load(b + i) : lastB;
            Lanes.store(FUNCTION.apply(nextA, nextB), y + Math.min(i, end));
        }
    }

    private static void runFew(Few few) {
        Scratch scratch = Scratch.current();
        long left = scratch.vector(0);
        long right = scratch.vector(1);
        Lanes.copyFew(few.a(), left, few.count());
        Lanes.copyFew(few.b(), right, few.count());
        Lanes.store(FUNCTION.apply(Lanes.load(left), Lanes.load(right)), left);
        Lanes.copyFew(left, few.y(), few.count());
    }
}
