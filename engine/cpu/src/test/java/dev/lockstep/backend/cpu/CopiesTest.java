package dev.lockstep.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.Update;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements arrive where they belong, from any layout to any other; naive index arithmetic says where that is. */
class CopiesTest {
    private static final Backend BACKEND = new CpuBackendProvider().open(Device.CPU);
    private static final int ROUNDS = 200;

    /** A view of some larger block: axes in any order, steps, gaps, stretched axes, an offset. */
    private static Layout view(Shape shape, Random random, boolean stretches) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, shape.rank()).boxed().toList());
        Collections.shuffle(order, random);
        long[] strides = new long[shape.rank()];
        long step = 1;
        for (int axis : order) {
            step *= random.nextInt(4) == 0 ? 2 : 1;
            strides[axis] = stretches && random.nextInt(8) == 0 ? 0 : step;
            step *= strides[axis] == 0 ? 1 : shape.size(axis);
        }
        return Layout.of(shape, strides, random.nextInt(3));
    }

    private static Shape shape(Random random, int rank) {
        return Shape.of(IntStream.range(0, rank)
                .mapToLong(i -> random.nextInt(6) == 0 ? 1 + random.nextInt(40) : 1 + random.nextInt(6))
                .toArray());
    }

    /** Numbers that every dtype holds; equal where a layout lets several indexes share a place. */
    private static double[] numbers(Layout layout, int mostly) {
        double[] numbers = new double[(int) layout.shape().elements()];
        for (int i = 0; i < numbers.length; i++) {
            long rest = i;
            long place = layout.offset();
            for (int axis = layout.shape().rank() - 1; axis >= 0; axis--) {
                place += rest % layout.shape().size(axis) * layout.stride(axis);
                rest /= layout.shape().size(axis);
            }
            numbers[i] = place * 31 % mostly;
        }
        return numbers;
    }

    private static int values(DType dtype) {
        return dtype == DType.BOOL ? 2 : 101;
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void copiesKeepEveryElement(DType dtype) {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            Shape shape = shape(random, random.nextInt(6));
            Layout layout = view(shape, random, true);
            double[] expected = numbers(layout, values(dtype));
            try (var values = new Values(BACKEND)) {
                Value x = values.of(dtype, layout, expected);
                Value y = values.run(new Copy(Copy.Order.CONTIGUOUS), x);
                assertEquals(Layout.contiguous(shape), y.layout());
                assertArrayEquals(expected, Values.numbers(y), "seed " + seed + ": " + layout);
                if (shape.rank() == 4) {
                    Value z = values.run(new Copy(Copy.Order.CHANNELS_LAST), x);
                    assertEquals(Layout.channelsLast(shape), z.layout());
                    assertArrayEquals(expected, Values.numbers(z), "seed " + seed + ": " + layout);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"U8", "BF16", "F32", "I64"})
    void writingIntoAViewTouchesNothingElse(DType dtype) {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            Shape shape = shape(random, 1 + random.nextInt(4));
            Layout layout = view(shape, random, false);
            Layout source = view(shape, random, true);
            try (var values = new Values(BACKEND)) {
                Value target = values.of(dtype, layout, new double[(int) shape.elements()]);
                double[] expected = numbers(source, values(dtype));
                Value whole = values.view(target, everything(target));
                double[] before = Values.numbers(whole);
                values.all(new Update.CopyInto(), target, values.of(dtype, source, expected));
                assertArrayEquals(expected, Values.numbers(target), "seed " + seed + ": " + source + " to " + layout);
                values.all(new Update.CopyInto(), target, values.of(dtype, Shape.of(), 0));
                assertArrayEquals(before, Values.numbers(whole), "seed " + seed + ": " + layout);
            }
        }
    }

    private static Layout everything(Value value) {
        return Layout.contiguous(
                Shape.of(value.storage().sizeBytes() / value.dtype().sizeBytes()));
    }

    @ParameterizedTest
    @EnumSource(names = {"BOOL", "F16", "F32", "F64"})
    void partsThatAreJoinedCanBeTakenApart(DType dtype) {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            Shape shape = shape(random, 4);
            int axis = random.nextInt(4);
            Shape other = shape.with(axis, 1 + random.nextInt(3));
            Layout left = view(shape, random, true);
            Layout right = random.nextBoolean() ? Layout.channelsLast(other) : Layout.contiguous(other);
            try (var values = new Values(BACKEND)) {
                double[] a = numbers(left, values(dtype));
                double[] b = numbers(right, values(dtype));
                Value y = values.run(new Shaping.Concat(axis), values.of(dtype, left, a), values.of(dtype, right, b));
                Value first = values.view(y, y.layout().narrow(axis, 0, shape.size(axis), 1));
                Value second = values.view(y, y.layout().narrow(axis, shape.size(axis), other.size(axis), 1));
                assertArrayEquals(a, Values.numbers(first), "seed " + seed);
                assertArrayEquals(b, Values.numbers(second), "seed " + seed);
                Value placed = values.run(new Shaping.NarrowGrad(y.shape(), axis, shape.size(axis), 1), second);
                Value rest = values.view(placed, placed.layout().narrow(axis, 0, shape.size(axis), 1));
                assertArrayEquals(new double[a.length], Values.numbers(rest), "seed " + seed);
                double total = Arrays.stream(Values.numbers(placed)).sum();
                assertEquals(Arrays.stream(b).sum(), total, "seed " + seed);
            }
        }
    }
}
