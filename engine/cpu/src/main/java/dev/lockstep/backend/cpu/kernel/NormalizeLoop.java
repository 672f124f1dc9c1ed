package dev.lockstep.backend.cpu.kernel;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The loop that normalises channels; {@link LoopTemplate} makes a copy of this class for each function at its end. */
final class NormalizeLoop implements NormalizeKernel {
    private static final LaneBinary FUNCTION = function();

    /** Made by {@link LoopTemplate}. */
    NormalizeLoop() {}

    private static LaneBinary function() {
        try {
            return MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, LaneBinary.class);
        } catch (IllegalAccessException e) {
            throw new AssertionError("the template itself is not to be used", e);
        }
    }

    @Override
    public void run(long x, long residual, Channels channels, long y, long count) {
        if (count < Lanes.COUNT) {
            runShort(x, residual, channels, y, count);
            return;
        }
        long mean = channels.first();
        long step = channels.step();
        long last = (count - Lanes.COUNT) * Float.BYTES;
        for (long i = 0; i < last; i += Lanes.BYTES) {
            Lanes.store(vector(x + i, residual + i, mean + i, step), y + i);
        }
        Lanes.store(vector(x + last, residual + last, mean + last, step), y + last);
    }

    private static FloatVector vector(long x, long residual, long mean, long step) {
        FloatVector normal = Lanes.load(x).sub(Lanes.load(mean)).mul(Lanes.load(mean + step));
        FloatVector scaled = normal.fma(Lanes.load(mean + 2 * step), Lanes.load(mean + 3 * step));
        return FUNCTION.apply(scaled, Lanes.load(residual));
    }

    private static void runShort(long x, long residual, Channels channels, long y, long count) {
        long block = Scratch.current().stage(0);
        long other = block + Lanes.BYTES;
        Channels few = channels.gathered(4, other + Lanes.BYTES, count);
        Lanes.copyFew(x, block, count);
        Lanes.copyFew(residual, other, count);
        Lanes.store(vector(block, other, few.first(), few.step()), block);
        Lanes.copyFew(block, y, count);
    }
}
