package dev.lockstep.backend.cpu.kernel;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The loop over one function of one argument; {@link LoopTemplate} makes a copy of this class for each function. */
final class UnaryLoop implements UnaryKernel {
    private static final LaneUnary FUNCTION = function();

    /** Made by {@link LoopTemplate}. */
    UnaryLoop() {}

    private static LaneUnary function() {
        try {
            return MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, LaneUnary.class);
        } catch (IllegalAccessException e) {
            throw new AssertionError("the template itself is not to be used", e);
        }
    }

    @Override
    public void run(long x, long y, long count) {
        if (count < Lanes.COUNT) {
            runShort(x, y, count);
            return;
        }
        long end = (count - Lanes.COUNT) * Float.BYTES;
        FloatVector last = Lanes.load(x + end); // Before the loop writes there, where y is x.
        for (long i = 0; i < end; i += Lanes.BYTES) {
            Lanes.store(FUNCTION.apply(Lanes.load(x + i)), y + i);
        }
        Lanes.store(FUNCTION.apply(last), y + end);
    }

    private static void runShort(long x, long y, long count) {
        long vector = Scratch.current().vector(0);
        Lanes.copyFew(x, vector, count);
        Lanes.store(FUNCTION.apply(Lanes.load(vector)), vector);
        Lanes.copyFew(vector, y, count);
    }
}
