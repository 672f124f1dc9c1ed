package dev.lockstep.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackendProvider;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.Device;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.Values;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layer norm has the bits of the scalar backend, however many rows a call of its kernels takes. */
class LayerNormKernelsTest {
    private static final Backend CPU = new CpuBackendProvider().open(Device.CPU);

    @ParameterizedTest
    @CsvSource({"1, 100", "16, 100", "83, 100", "130, 64", "300, 17", "35, 5000"})
    void rowsBeyondOneCallHaveTheBitsOfTheScalarBackend(long rows, long length) {
        try (var values = new Values(new ScalarBackend())) {
            Value x = values.normal(Shape.of(rows, length), 1);
            Value g = values.normal(Shape.of(rows, length), 2);
            Value weight = values.normal(Shape.of(length), 3);
            Value bias = values.normal(Shape.of(length), 4);
            var forward = new Normalization.LayerNorm(1, 1e-5);
            Value[] expected = values.all(forward, x, weight, bias);
            check(expected, CPU.execute(forward, x, weight, bias));
            var backward = new Normalization.LayerNormGrad(1);
            Value[] of = {g, x, weight, expected[1], expected[2]};
            check(values.all(backward, of), CPU.execute(backward, of));
        }
    }

    private static void check(Value[] expected, Value[] got) {
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(Values.bits(expected[i]), Values.bits(got[i]));
            got[i].close();
        }
    }
}
