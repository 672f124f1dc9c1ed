package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.layout.DType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Compares a backend with the scalar one: bit for bit where the bits are defined (element-wise ops, reductions,
 * normalisations, losses, sampling, updates), within a tolerance for products and convolutions.
 */
public abstract class TwinContract {
    private static final Backend SCALAR = new ScalarBackend();

    /** For subclasses. */
    protected TwinContract() {}

    /** {@return the backend under test} */
    protected abstract Backend backend();

    /** {@return the cases that must agree bit by bit} A subclass may leave out what its backend documents otherwise. */
    protected List<BitCase> defined() {
        return BitCases.defined();
    }

    @TestFactory
    final Stream<DynamicTest> definedBitsAreThoseOfTheScalarBackend() {
        return defined().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> sameBits(c)));
    }

    @TestFactory
    final Stream<DynamicTest> freeSumsAreCloseToTheScalarBackend() {
        return BitCases.free().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> close(c)));
    }

    private void sameBits(BitCase c) {
        try (var mine = new Values(backend());
                var twin = new Values(SCALAR)) {
            Value[] actual = run(c, mine);
            Value[] expected = run(c, twin);
            assertEquals(expected.length, actual.length);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i].dtype(), actual[i].dtype());
                assertArrayEquals(Values.numbers(expected[i]), Values.numbers(actual[i]), c + ", output " + i);
            }
        }
    }

    private static Value[] run(BitCase c, Values values) {
        Value[] inputs = c.inputs(values);
        Value[] outputs = values.all(c.op(), inputs);
        return outputs.length == 0 ? inputs : outputs;
    }

    private void close(BitCase c) {
        try (var mine = new Values(backend());
                var twin = new Values(SCALAR)) {
            Value[] inputs = c.inputs(twin);
            Value[] magnitudes = Stream.of(inputs)
                    .map(x -> twin.run(new Elementwise.Unary(UnaryKind.ABS), x))
                    .toArray(Value[]::new);
            double[] expected = Values.numbers(twin.run(c.op(), inputs));
            double[] scale = Values.numbers(twin.run(c.op(), magnitudes));
            double[] actual = Values.numbers(mine.run(c.op(), c.inputs(mine)));
            long terms =
                    Stream.of(inputs).mapToLong(x -> x.shape().elements()).max().orElse(1);
            Tolerance.sum(DType.F32, terms).check(c.name(), expected, actual, scale);
        }
    }
}
