package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Values for tests of products and convolutions. */
public final class Matrices {
    private Matrices() {}

    /** Makes a value in C order, filled from a seed with numbers in [-1, 1). */
    public static Value random(Backend backend, long seed, long... sizes) {
        return random(backend, seed, Layout.contiguous(Shape.of(sizes)));
    }

    /** Makes a value of a dense layout, filled from a seed with numbers in [-1, 1). */
    public static Value random(Backend backend, long seed, Layout layout) {
        long count = layout.shape().elements();
        Value value = new Value(backend.memory().allocate(count * Float.BYTES), layout, DType.F32);
        SplittableRandom random = new SplittableRandom(seed);
        MemorySegment memory = value.storage().segment();
        for (long i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (random.nextDouble() * 2 - 1));
        }
        return value;
    }

    /** Reads a value in logical C order. */
    public static float[] read(Value value) {
        Shape shape = value.shape();
        float[] numbers = new float[(int) shape.elements()];
        MemorySegment memory = value.storage().segment();
        for (int i = 0; i < numbers.length; i++) {
            long place = value.layout().offset();
            long rest = i;
            for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                place += rest % shape.size(axis) * value.layout().stride(axis);
                rest /= shape.size(axis);
            }
            numbers[i] = memory.getAtIndex(ValueLayout.JAVA_FLOAT, place);
        }
        return numbers;
    }
}
