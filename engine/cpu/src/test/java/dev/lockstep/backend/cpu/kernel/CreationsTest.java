package dev.lockstep.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackendProvider;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.Values;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of one number hold its bits, whatever their memory held before. */
class CreationsTest {
    private static final Backend CPU = new CpuBackendProvider().open(Device.CPU);
    private static final Shape SHAPE = Shape.of(5, 7);

    private final Creations creations = new Creations(CPU.memory());

    @ParameterizedTest
    @EnumSource(DType.class)
    void zerosOfEveryTypeOverwriteWhatWasThere(DType dtype) {
        CPU.execute(new Creation.Full(SHAPE, dtype, 1))[0].close(); // The pool gives out its memory again.
        Value[] y = creations.tryExecute(new Creation.Full(SHAPE, dtype, 0));
        assertNotNull(y);
        assertEquals(dtype, y[0].dtype());
        assertArrayEquals(new double[35], Values.numbers(y[0]));
        y[0].close();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, -0.0, 0.1, 1e300, -1e-300, 1e-45, Double.NaN, Double.NEGATIVE_INFINITY})
    void floatsHoldTheNearestNumber(double number) {
        Value[] y = creations.tryExecute(new Creation.Full(SHAPE, DType.F32, number));
        assertNotNull(y);
        int[] expected = new int[35];
        Arrays.fill(expected, Float.floatToRawIntBits((float) number));
        assertArrayEquals(expected, y[0].storage().segment().asSlice(0, 35 * 4L).toArray(ValueLayout.JAVA_INT));
        y[0].close();
    }

    @Test
    void noElementsAreFilled() {
        Value[] y = creations.tryExecute(new Creation.Full(Shape.of(0, 3), DType.F32, 0));
        assertNotNull(y);
        assertEquals(0, y[0].shape().elements());
        y[0].close();
    }

    @Test
    void otherNumbersOfOtherTypesAreLeftToTheScalarBackend() {
        assertNull(creations.tryExecute(new Creation.Full(SHAPE, DType.I64, 1)));
        assertNull(creations.tryExecute(new Creation.Full(SHAPE, DType.I32, 0.5)));
        assertNull(creations.tryExecute(new Creation.Full(SHAPE, DType.F64, -0.0)));
        assertNull(creations.tryExecute(new Creation.Arange(3, DType.F32, 0, 1)));
        assertNull(creations.tryExecute(new Creation.Empty(SHAPE, DType.F32)));
    }
}
