package dev.lockstep.backend.cpu.kernel;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.util.function.LongBinaryOperator;

/** The loop over one function of whole numbers; {@link LoopTemplate} makes a copy of this class for each function. */
final class IntegerLoop implements IntegerKernel {
    private static final LongBinaryOperator FUNCTION = function();

    /** Made by {@link LoopTemplate}. */
    IntegerLoop() {}

    private static LongBinaryOperator function() {
        try {
            return MethodHandles.classData(
                    MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, LongBinaryOperator.class);
        } catch (IllegalAccessException e) {
            throw new AssertionError("the template itself is not to be used", e);
        }
    }

    @Override
    public void run(long a, long b, long y, long count) {
        for (long i = 0; i < count * Long.BYTES; i += Long.BYTES) {
            Lanes.setLong(y + i, FUNCTION.applyAsLong(Lanes.getLong(a + i), Lanes.getLong(b + i)));
        }
    }
}
