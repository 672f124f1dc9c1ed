package dev.lockstep.backend.cpu.kernel;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The loop over one function of one argument; {@link LoopTemplate} makes a copy of this class for each function. A
 * method applies the function at one place: what is inlined twice does not fit. See Note [Compiled apart].
 */
final class UnaryLoop implements UnaryKernel {
    private static final LaneUnary FUNCTION = function();
    private static final BatchKernel<Span> FEW = Apart.of(UnaryLoop::runFew);

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
            FEW.run(new Span(x, y, count));
            return;
        }
        long end = (count - Lanes.COUNT) * Float.BYTES;
        FloatVector last = Lanes.load(x + end); // Before the loop writes there, where y is x.
        for (long i = 0; i < end + Lanes.BYTES; i += Lanes.BYTES) {
            FloatVector next = i < end ? Lanes.load(x + i) : last;
            Lanes.store(FUNCTION.apply(next), y + Math.min(i, end));
        }
    }

    private static void runFew(Span few) {
        FloatVector x = Lanes.loadFew(few.x(), few.count(), 0f);
        Lanes.storeFew(FUNCTION.apply(x), few.y(), few.count());
    }
}
