package dev.lockstep.backend.fusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Normalisations and dropout in chains: what becomes one op, and that the values are those of the ops one by one. */
class FusedNormTest {
    private static final Shape IMAGES = Shape.of(4, 3, 20, 20);
    private static final Op NORM = new Normalization.BatchNorm(1e-5);
    private static final Op RELU = new Unary(UnaryKind.RELU);
    private static final Op ADD = new Binary(BinaryKind.ADD);
    private static final Op TWICE = new BinaryScalar(BinaryKind.MUL, 2, false);

    private final RecordingBackend below = new RecordingBackend();
    private final FusingBackend fusing = new FusingBackend(below);
    private final List<Value> owned = new ArrayList<>();

    @AfterEach
    void everythingGoesBackToThePool() {
        owned.forEach(Value::close);
        assertEquals(0, below.memory().stats().bytesInUse());
    }

    private Value[] all(Op op, Value... inputs) {
        Value[] outputs = fusing.execute(op, inputs);
        owned.addAll(List.of(outputs));
        return outputs;
    }

    private Value run(Op op, Value... inputs) {
        return all(op, inputs)[0];
    }

    /** Numbers that differ. */
    private Value range(Shape shape) {
        Value flat = run(new Creation.Arange(shape.elements(), DType.F32, -5, 0.01));
        Value shaped = flat.view(Layout.contiguous(shape));
        owned.add(shaped);
        return shaped;
    }

    private Value images() {
        Value x = run(new Copy(Copy.Order.CHANNELS_LAST), range(IMAGES));
        below.ops.clear();
        return x;
    }

    private static float[] read(Value value) {
        var memory = value.storage().segment();
        float[] numbers = new float[(int) value.shape().elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] =
                    memory.getAtIndex(ValueLayout.JAVA_FLOAT, value.layout().offset() + i);
        }
        return numbers;
    }

    private Value alone(Op op, Value... inputs) {
        Value output = Arrays.stream(below.execute(op, inputs))
                .peek(owned::add)
                .toList()
                .getFirst();
        return output;
    }

    private List<String> labels() {
        return below.ops.stream().map(Op::label).toList();
    }

    @Test
    void whatFollowsABatchNormJoinsItsLastStep() {
        Value x = images();
        Value vector = range(Shape.of(3));
        below.ops.clear();
        Value y = run(RELU, run(ADD, run(NORM, x, vector, vector), x));
        assertEquals(List.of("batchStatistics"), labels());
        float[] numbers = read(y);
        Fused fused = assertInstanceOf(Fused.class, below.ops.getLast());
        assertEquals(
                List.of("normalize", "add", "relu"),
                fused.links().stream().map(link -> link.op().label()).toList());
        assertArrayEquals(read(alone(RELU, alone(ADD, alone(NORM, x, vector, vector), x))), numbers);
    }

    @Test
    void twoBatchNormsOfOneSumAreOneChain() {
        Value x = images();
        Value vector = range(Shape.of(3));
        Value y = run(ADD, run(NORM, x, vector, vector), run(NORM, run(TWICE, x), vector, vector));
        read(y);
        assertEquals(
                3, assertInstanceOf(Fused.class, below.ops.getLast()).links().size());
    }

    @Test
    void aBatchNormWhoseChannelsLieApartRunsAtOnce() {
        Value x = range(IMAGES);
        Value vector = range(Shape.of(3));
        below.ops.clear();
        run(NORM, x, vector, vector);
        assertEquals(List.of("batchNorm"), labels());
    }

    @Test
    void weightsMayChangeBeforeTheResultIsRead() {
        Value x = images();
        Value weight = range(Shape.of(3));
        Value y = run(RELU, run(NORM, x, weight, weight));
        float[] expected = read(alone(RELU, alone(NORM, x, weight, weight)));
        all(new Update.ScaleInto(3), weight);
        assertArrayEquals(expected, read(y));
    }

    @Test
    void rowsOfParametersAreCopied() {
        var other = new RecordingBackend();
        var mine = new FusingBackend(other);
        Value x = other.execute(new Creation.Full(Shape.of(64, 64), DType.F32, 2))[0];
        Value bias = other.execute(new Creation.Full(Shape.of(64), DType.F32, 3))[0];
        bias.storage().makePermanent();
        other.ops.clear();
        Value y = mine.execute(ADD, x, bias)[0];
        try (x;
                y) {
            assertEquals(List.of("copy"), other.ops.stream().map(Op::label).toList());
            other.execute(new Update.ScaleInto(100), bias);
            assertEquals(5, read(y)[4095]);
        }
    }

    @Test
    void aRowThatRepeatsJoinsAChain() {
        Value x = images();
        Value row = range(Shape.of(1, 3, 1, 1));
        Value y = run(RELU, run(ADD, run(new Binary(BinaryKind.MUL), row, x), row));
        float[] numbers = read(y);
        assertEquals(
                3, assertInstanceOf(Fused.class, below.ops.getLast()).links().size());
        assertArrayEquals(read(alone(RELU, alone(ADD, alone(new Binary(BinaryKind.MUL), row, x), row))), numbers);
    }

    @Test
    void dropoutJoinsAChain() {
        Value x = range(Shape.of(64, 65));
        Op dropout = new Sampling.Dropout(0.25, new RandomKey(1, 2));
        Value y = run(ADD, run(dropout, x), x);
        float[] numbers = read(y);
        assertEquals(
                2, assertInstanceOf(Fused.class, below.ops.getLast()).links().size());
        assertArrayEquals(read(alone(ADD, alone(dropout, x), x)), numbers);
    }

    @Test
    void dropoutOfImagesCountsInLogicalOrderAndRunsAtOnce() {
        Value x = images();
        run(new Sampling.Dropout(0.25, new RandomKey(1, 2)), x);
        assertEquals(List.of("dropout"), labels());
    }

    @Test
    void whatHasBeenPutOffIsComputedOnceWhenAnOpReadsItsInputs() {
        Value x = images();
        Value vector = range(Shape.of(3));
        Value normal = run(NORM, x, vector, vector);
        Value sum = run(ADD, normal, x);
        read(run(RELU, sum));
        below.ops.clear();
        read(x);
        assertEquals(2, below.ops.size(), "the normal numbers and the sum, which could change");
        assertArrayEquals(read(alone(ADD, normal, x)), read(sum));
    }
}
