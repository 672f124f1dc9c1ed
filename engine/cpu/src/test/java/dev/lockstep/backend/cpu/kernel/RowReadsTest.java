package dev.lockstep.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackendProvider;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.Values;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Look-ups by index have the numbers of the scalar backend, for every type and axis. */
class RowReadsTest {
    private static final Backend CPU = new CpuBackendProvider().open(Device.CPU);
    private static final Shape SHAPE = Shape.of(3, 4, 5);

    private final RowReads reads = new RowReads(CPU.memory());
    private final IndexedElements elements = new IndexedElements(CPU.memory());

    private static double[] counted(int count, int limit) {
        double[] numbers = new double[count];
        Arrays.setAll(numbers, i -> i * 7 % limit);
        return numbers;
    }

    private void check(Values values, Indexing op, Value... inputs) {
        Value[] got = op instanceof Indexing.Gather ? elements.tryExecute(op, inputs) : reads.tryExecute(op, inputs);
        assertNotNull(got, op.label());
        double[] expected = Values.numbers(values.run(op, inputs));
        assertArrayEquals(expected, Values.numbers(got[0]), op.label());
        assertEquals(inputs[0].dtype(), got[0].dtype());
        got[0].close();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyTypeIsRead(DType dtype) {
        try (var values = new Values(new ScalarBackend())) {
            Value x = values.of(dtype, SHAPE, counted(60, dtype == DType.BOOL ? 2 : 100));
            Value index = values.of(DType.I64, Shape.of(6), counted(6, 3));
            check(values, new Indexing.IndexSelect(0), x, index);
            check(values, new Indexing.Gather(-1), x, values.of(DType.I32, Shape.of(3, 4, 2), counted(24, 5)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, -1, -2})
    void everyAxisIsRead(int axis) {
        try (var values = new Values(new ScalarBackend())) {
            Value x = values.normal(SHAPE, 1);
            int limit = (int) SHAPE.size(axis);
            check(values, new Indexing.IndexSelect(axis), x, values.of(DType.I32, Shape.of(7), counted(7, limit)));
            Shape places = SHAPE.with(axis, 6);
            double[] numbers = counted((int) places.elements(), limit);
            check(values, new Indexing.Gather(axis), x, values.of(DType.I64, places, numbers));
            Value weight = values.normal(Shape.of(9, 3), 2);
            check(values, new Indexing.Embedding(), weight, values.of(DType.I64, Shape.of(2, 4), counted(8, 9)));
        }
    }

    @Test
    void leavesWhatItCannotReadToOthers() {
        try (var values = new Values(CPU)) {
            Value x = values.normal(Shape.of(3, 4), 1);
            Value turned = values.view(x, x.layout().permute(1, 0));
            Value index = values.of(DType.I64, Shape.of(2), 0, 2);
            assertNull(reads.tryExecute(new Indexing.IndexSelect(0), turned, index));
            Value smaller = values.of(DType.I64, Shape.of(2, 2), 0, 1, 2, 3);
            assertNull(elements.tryExecute(new Indexing.Gather(1), x, smaller));
            assertEquals(
                    Shape.of(2, 2),
                    values.run(new Indexing.Gather(1), x, smaller).shape());
            Value none = values.of(DType.I64, Layout.contiguous(Shape.of(0)));
            assertNull(reads.tryExecute(new Indexing.IndexSelect(0), x, none));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 3, Long.MIN_VALUE, Long.MAX_VALUE})
    void indexesOutsideAreNotFollowed(long wrong) {
        try (var values = new Values(CPU)) {
            Value x = values.normal(Shape.of(3, 4), 1);
            Value index = values.of(DType.I64, Shape.of(2), 0, 1);
            index.storage().segment().setAtIndex(ValueLayout.JAVA_LONG, 1, wrong);
            assertNull(reads.tryExecute(new Indexing.IndexSelect(0), x, index));
            assertThrows(IllegalArgumentException.class, () -> values.run(new Indexing.IndexSelect(0), x, index));
        }
    }
}
