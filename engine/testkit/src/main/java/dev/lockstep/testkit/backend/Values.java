package dev.lockstep.testkit.backend;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.HalfPrecision;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Philox;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes, runs and reads values on one backend with host memory, without using its kernels for it, and closes them all
 * at the end. Confined to one thread.
 */
public final class Values implements AutoCloseable {
    private final Backend backend;
    private final List<Value> owned = new ArrayList<>();

    /** Opens an empty set of values. */
    public Values(Backend backend) {
        this.backend = backend;
    }

    /** {@return the backend that the values are on} */
    public Backend backend() {
        return backend;
    }

    /** Makes a value in C order from numbers in C order. */
    public Value of(DType dtype, Shape shape, double... numbers) {
        return of(dtype, Layout.contiguous(shape), numbers);
    }

    /** Makes an f32 value in C order. */
    public Value f32(Shape shape, double... numbers) {
        return of(DType.F32, shape, numbers);
    }

    /** Makes an i64 vector. */
    public Value i64(double... numbers) {
        return of(DType.I64, Shape.of(numbers.length), numbers);
    }

    /** Makes a value of any layout from numbers in C order; what lies between its elements is garbage. */
    public Value of(DType dtype, Layout layout, double... numbers) {
        if (numbers.length != layout.shape().elements()) {
            throw new IllegalArgumentException(numbers.length + " numbers for " + layout.shape());
        }
        var storage = backend.memory().allocate(end(layout) * dtype.sizeBytes());
        storage.segment().fill((byte) 0x7f);
        var value = keep(new Value(storage, layout, dtype));
        for (int i = 0; i < numbers.length; i++) {
            set(storage.segment(), dtype, place(layout, i), numbers[i]);
        }
        return value;
    }

    /** Makes an f32 value of normal numbers that depend on the seed alone. */
    public Value normal(Shape shape, long seed) {
        return f32(shape, normals((int) shape.elements(), seed));
    }

    /** {@return normal numbers that depend on the seed alone, each an f32 number} */
    public static double[] normals(int count, long seed) {
        var stream = new Philox(new RandomKey(seed, 0));
        double[] numbers = new double[count];
        Arrays.setAll(numbers, stream::normal);
        return numbers;
    }

    /** Makes another view of a value's memory. */
    public Value view(Value value, Layout layout) {
        return keep(value.view(layout));
    }

    /** Runs an op of one output. */
    public Value run(Op op, Value... inputs) {
        return all(op, inputs)[0];
    }

    /** Runs an op. */
    public Value[] all(Op op, Value... inputs) {
        Value[] outputs = backend.execute(op, inputs);
        for (Value output : outputs) {
            keep(output);
        }
        return outputs;
    }

    private Value keep(Value value) {
        owned.add(value);
        return value;
    }

    /** {@return the elements in C order, whatever the layout} */
    public static double[] numbers(Value value) {
        MemorySegment memory = value.storage().segment();
        double[] numbers = new double[(int) value.shape().elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = get(memory, value.dtype(), place(value.layout(), i));
        }
        return numbers;
    }

    /** {@return the elements' bits in C order; all NaNs are one, since hardware chooses their payload} */
    public static long[] bits(Value value) {
        double[] numbers = numbers(value);
        long[] bits = new long[numbers.length];
        Arrays.setAll(bits, i -> Double.doubleToLongBits(numbers[i]));
        return bits;
    }

    private static long end(Layout layout) {
        long last = layout.offset();
        for (int axis = 0; axis < layout.shape().rank(); axis++) {
            last += Math.max(0, layout.shape().size(axis) - 1) * layout.stride(axis);
        }
        return last + 1;
    }

    /** {@return where the i-th element in C order lies} */
    private static long place(Layout layout, long i) {
        long rest = i;
        long place = layout.offset();
        for (int axis = layout.shape().rank() - 1; axis >= 0; axis--) {
            place += rest % layout.shape().size(axis) * layout.stride(axis);
            rest /= layout.shape().size(axis);
        }
        return place;
    }

    private static double get(MemorySegment memory, DType dtype, long place) {
        return switch (dtype) {
            case F32 -> memory.getAtIndex(JAVA_FLOAT, place);
            case F64 -> memory.getAtIndex(JAVA_DOUBLE, place);
            case BF16 -> HalfPrecision.fromBf16(memory.getAtIndex(JAVA_SHORT, place));
            case F16 -> HalfPrecision.fromF16(memory.getAtIndex(JAVA_SHORT, place));
            case I64 -> memory.getAtIndex(JAVA_LONG, place);
            case I32 -> memory.getAtIndex(JAVA_INT, place);
            case I16 -> memory.getAtIndex(JAVA_SHORT, place);
            case I8, BOOL -> memory.get(JAVA_BYTE, place);
            case U8 -> memory.get(JAVA_BYTE, place) & 0xff;
        };
    }

    private static void set(MemorySegment memory, DType dtype, long place, double number) {
        switch (dtype) {
            case F32 -> memory.setAtIndex(JAVA_FLOAT, place, (float) number);
            case F64 -> memory.setAtIndex(JAVA_DOUBLE, place, number);
            case BF16 -> memory.setAtIndex(JAVA_SHORT, place, HalfPrecision.toBf16((float) number));
            case F16 -> memory.setAtIndex(JAVA_SHORT, place, HalfPrecision.toF16((float) number));
            case I64 -> memory.setAtIndex(JAVA_LONG, place, (long) number);
            case I32 -> memory.setAtIndex(JAVA_INT, place, (int) number);
            case I16 -> memory.setAtIndex(JAVA_SHORT, place, (short) number);
            case I8, U8, BOOL -> memory.set(JAVA_BYTE, place, (byte) (long) number);
        }
    }

    /** Closes every value made or received here. */
    @Override
    public void close() {
        owned.forEach(Value::close);
        owned.clear();
    }
}
