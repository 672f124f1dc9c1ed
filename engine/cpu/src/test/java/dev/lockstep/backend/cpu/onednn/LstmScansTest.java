package dev.lockstep.backend.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.scalar.RecurrenceKernels;
import dev.lockstep.backend.scalar.RoundedKernels;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An LSTM over time: the bits of its steps one by one, whatever the batch; right numbers. */
class LstmScansTest {
    private static final Recurrence FORWARD = new Recurrence.LstmScan();
    private static final Recurrence BACKWARD = new Recurrence.LstmScanGrad();

    private final Backend cpu = new CpuBackend(new MemoryPool(new HostMemory()));

    /** Sequences of t steps, n of them, states of h numbers. */
    private Value[] forwardInputs(long t, long n, long h) {
        return new Value[] {
            Matrices.random(cpu, 1, t, n, 4 * h),
            Matrices.random(cpu, 2, n, h),
            Matrices.random(cpu, 3, n, h),
            Matrices.random(cpu, 4, 4 * h, h),
            Matrices.random(cpu, 5, 4 * h)
        };
    }

    private Value[] backwardInputs(long t, long n, long h) {
        return new Value[] {
            Matrices.random(cpu, 1, t, n, h),
            Matrices.random(cpu, 2, n, h),
            Matrices.random(cpu, 3, 4 * h, h),
            Matrices.random(cpu, 4, t, n, 4 * h),
            Matrices.random(cpu, 5, t + 1, n, h),
            Matrices.random(cpu, 6, t, n, h)
        };
    }

    private static void assertSame(Value[] expected, Value[] got, float tolerance) {
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(Matrices.read(expected[i]), Matrices.read(got[i]), tolerance, "output " + i);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,16", "5,1,64", "5,2,17", "4,3,33", "3,7,100", "3,32,256", "2,32,20", "4,33,48"})
    void bitsAreThoseOfTheStepsOneByOne(long t, long n, long h) {
        Value[] forward = forwardInputs(t, n, h);
        assertSame(RecurrenceKernels.run(cpu, FORWARD, forward), cpu.execute(FORWARD, forward), 0);
        Value[] backward = backwardInputs(t, n, h);
        assertSame(RecurrenceKernels.run(cpu, BACKWARD, backward), cpu.execute(BACKWARD, backward), 0);
    }

    /** Whatever multiplies the bf16 factors; the scalar backend agrees but for the order of sums. */
    @ParameterizedTest
    @CsvSource({"1,1,16", "5,2,17", "4,3,33", "3,32,256", "4,33,48"})
    void roundedFactorsHaveTheBitsOfTheStepsOneByOne(long t, long n, long h) {
        var forward = new RoundedProduct(FORWARD, DType.BF16);
        var backward = new RoundedProduct(BACKWARD, DType.BF16);
        Value[] in = forwardInputs(t, n, h);
        assertSame(RoundedKernels.run(cpu, forward, in), cpu.execute(forward, in), 0);
        Value[] grads = backwardInputs(t, n, h);
        assertSame(RoundedKernels.run(cpu, backward, grads), cpu.execute(backward, grads), 0);
    }

    /** A state that lies between two bf16 numbers may go either way: half an ulp of bf16 in one factor of many. */
    @Test
    void roundedFactorsAgreeWithTheScalarBackend() {
        Backend scalar = new ScalarBackend(cpu.memory());
        var forward = new RoundedProduct(FORWARD, DType.BF16);
        var backward = new RoundedProduct(BACKWARD, DType.BF16);
        Value[] in = forwardInputs(3, 4, 20);
        assertSame(scalar.execute(forward, in), cpu.execute(forward, in), 4e-3f);
        Value[] grads = backwardInputs(3, 4, 20);
        assertSame(scalar.execute(backward, grads), cpu.execute(backward, grads), 2e-2f);
    }

    /** Tolerance: sums of up to 4 h products in another order, through a few steps. */
    @ParameterizedTest
    @CsvSource({"4,3,5", "3,2,16", "3,1,33"})
    void agreesWithTheScalarBackend(long t, long n, long h) {
        Backend scalar = new ScalarBackend(cpu.memory());
        Value[] forward = forwardInputs(t, n, h);
        assertSame(scalar.execute(FORWARD, forward), cpu.execute(FORWARD, forward), 1e-5f);
        Value[] backward = backwardInputs(t, n, h);
        assertSame(scalar.execute(BACKWARD, backward), cpu.execute(BACKWARD, backward), 1e-4f);
    }

    /** The first sequences of a batch, alone. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16})
    void bitsDoNotDependOnTheBatch(int some) {
        long n = 40;
        Value[] all = forwardInputs(3, n, 24);
        Value[] few = {head(all[0], 1, some), head(all[1], 0, some), head(all[2], 0, some), all[3], all[4]};
        assertHead(cpu.execute(FORWARD, all), cpu.execute(FORWARD, few), new int[] {1, 1, 1, 1}, some);
        Value[] grads = backwardInputs(3, n, 24);
        Value[] fewGrads = {
            head(grads[0], 1, some),
            head(grads[1], 0, some),
            grads[2],
            head(grads[3], 1, some),
            head(grads[4], 1, some),
            head(grads[5], 1, some)
        };
        assertHead(cpu.execute(BACKWARD, grads), cpu.execute(BACKWARD, fewGrads), new int[] {1, 0, 0}, some);
    }

    private static Value head(Value value, int axis, long count) {
        return value.view(value.layout().narrow(axis, 0, count, 1));
    }

    private void assertHead(Value[] all, Value[] few, int[] axes, int count) {
        for (int i = 0; i < all.length; i++) {
            try (Value head = head(all[i], axes[i], count)) {
                assertArrayEquals(Matrices.read(head), Matrices.read(few[i]), "output " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void readsWhatIsNotDense(long n) {
        Value[] inputs = forwardInputs(2, n, 16);
        Value turned = inputs[3].view(Layout.contiguous(Shape.of(16, 64)));
        inputs[3] = turned.view(turned.layout().permute(1, 0));
        Value[] dense = inputs.clone();
        dense[3] = cpu.execute(new Copy(Copy.Order.CONTIGUOUS), inputs[3])[0];
        assertSame(cpu.execute(FORWARD, dense), cpu.execute(FORWARD, inputs), 0);
    }
}
