package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendProvider;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.batching.Batched;
import dev.lockstep.backend.batching.BatchingBackend;
import dev.lockstep.backend.batching.NotBatchable;
import dev.lockstep.backend.op.Update;
import dev.lockstep.device.Device;
import dev.lockstep.layout.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The rule of batching: a lane has the bits that it has alone, whichever inputs differ from lane to lane and however
 * they lie. Extend it and name the provider.
 */
public abstract class BatchingContract {
    private static final int LANES = 3;

    /** Of all inputs of a case; larger ones take long and show nothing more. */
    private static final long MOST_ELEMENTS = 10_000;

    private final Backend backend;

    /** For subclasses. */
    protected BatchingContract() {
        BackendProvider provider = provider();
        this.backend = provider.open(new Device(provider.deviceType(), 0));
    }

    /** {@return the provider of the backend under test} */
    protected abstract BackendProvider provider();

    /** How the lanes of an input lie. */
    private enum Form {
        SHARED,
        APART,
        ROWS
    }

    @TestFactory
    final Stream<DynamicTest> lanesHaveTheBitsTheyHaveAlone() {
        return Stream.concat(BitCases.defined().stream(), BitCases.free().stream())
                .filter(BatchingContract::isSmall)
                .flatMap(c -> forms(c.operands().size())
                        .map(forms -> DynamicTest.dynamicTest(c.name() + " " + forms, () -> check(c, forms))));
    }

    private static boolean isSmall(BitCase c) {
        return c.operands().stream()
                        .mapToLong(o -> o.layout().shape().elements())
                        .sum()
                <= MOST_ELEMENTS;
    }

    private static Stream<List<Form>> forms(int inputs) {
        return IntStream.range(0, inputs)
                .boxed()
                .flatMap(one -> Stream.of(
                        allBut(one, Form.ROWS, Form.SHARED, inputs), allBut(one, Form.APART, Form.ROWS, inputs)));
    }

    private static List<Form> allBut(int one, Form form, Form others, int inputs) {
        return IntStream.range(0, inputs)
                .mapToObj(i -> i == one ? form : others)
                .toList();
    }

    private void check(BitCase c, List<Form> forms) {
        try (var values = new Values(backend)) {
            Value[] mixed = new Value[forms.size()];
            List<Value[]> alone = lanes(values, c, forms);
            for (int i = 0; i < mixed.length; i++) {
                mixed[i] = input(values, forms.get(i), i, lanes(values, c, forms));
            }
            Value[] outputs = execute(c, mixed);
            if (outputs != null) {
                compare(values, c, alone, outputs.length == 0 ? new Value[] {mixed[0]} : outputs);
                Stream.of(outputs).forEach(Value::close);
            }
            Stream.of(mixed).forEach(Value::close);
        }
    }

    /** {@return what an op gives; null if it may refuse and does} */
    private Value[] execute(BitCase c, Value... inputs) {
        try {
            return new BatchingBackend(backend).execute(c.op(), inputs);
        } catch (NotBatchable refused) {
            assertTrue(c.op() instanceof Update, () -> c.name() + ": " + refused.getMessage());
            return null;
        }
    }

    /** Makes the inputs of each lane anew: what is shared is that of the first. */
    private static List<Value[]> lanes(Values values, BitCase c, List<Form> forms) {
        List<Value[]> lanes = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            Value[] inputs = c.inputs(values, lane);
            Value[] first = c.inputs(values, 0);
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = forms.get(i) == Form.SHARED ? first[i] : inputs[i];
            }
            lanes.add(inputs);
        }
        return lanes;
    }

    private Value input(Values values, Form form, int input, List<Value[]> lanes) {
        Value first = lanes.getFirst()[input];
        if (form == Form.SHARED) {
            return first.alias();
        }
        List<Value> own = lanes.stream().map(lane -> dense(values, lane[input])).toList();
        boolean areRows =
                form == Form.ROWS && first.shape().rank() > 0 && first.shape().elements() > 0;
        return areRows
                ? rows(values, own)
                : Batched.of(backend, own.stream().map(Value::alias).toList());
    }

    /** {@return a value like another one, dense and in C order if that is not} */
    private static Value dense(Values values, Value value) {
        boolean isDense = value.layout().isDense() && value.layout().offset() == 0;
        return isDense ? value : values.of(value.dtype(), value.shape(), Values.numbers(value));
    }

    private Value rows(Values values, List<Value> lanes) {
        double[] numbers = lanes.stream()
                .flatMapToDouble(lane -> Arrays.stream(Values.numbers(lane)))
                .toArray();
        var shape = lanes.getFirst().shape();
        Layout layout = Layout.contiguous(shape.with(0, LANES * shape.size(0)));
        return Batched.ofRows(
                backend,
                LANES,
                values.of(lanes.getFirst().dtype(), layout, numbers).alias());
    }

    private void compare(Values values, BitCase c, List<Value[]> alone, Value... outputs) {
        for (int lane = 0; lane < LANES; lane++) {
            Value[] expected = values.all(c.op(), alone.get(lane));
            Value[] wanted = expected.length == 0 ? alone.get(lane) : expected;
            for (int i = 0; i < outputs.length; i++) {
                try (Value mine = Batched.lane(outputs[i], lane)) {
                    assertEquals(wanted[i].shape(), mine.shape());
                    assertArrayEquals(Values.bits(wanted[i]), Values.bits(mine), "lane " + lane + ", output " + i);
                }
            }
        }
    }
}
