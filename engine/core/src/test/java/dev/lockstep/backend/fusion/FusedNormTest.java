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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Normalisations and dropout in chains: what becomes one op, and that the values are those of the ops one by one. */
class FusedNormTest extends FusingFixture {
    private static final Shape IMAGES = Shape.of(4, 3, 20, 20);
    private static final Op NORM = new Normalization.BatchNorm(1e-5);
    private static final Op RELU = new Unary(UnaryKind.RELU);
    private static final Op ADD = new Binary(BinaryKind.ADD);
    private static final Op TWICE = new BinaryScalar(BinaryKind.MUL, 2, false);

    /** Numbers that differ. */
    private Value range(Shape shape) {
        Value flat = run(new Creation.Arange(shape.elements(), DType.F32, -5, 0.01));
        return keep(flat.view(Layout.contiguous(shape)));
    }

    private Value images() {
        Value x = run(new Copy(Copy.Order.CHANNELS_LAST), range(IMAGES));
        below.ops.clear();
        return x;
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
        float[] numbers = numbers(y);
        Fused fused = assertInstanceOf(Fused.class, below.ops.getLast());
        assertEquals(
                List.of("normalize", "add", "relu"),
                fused.links().stream().map(link -> link.op().label()).toList());
        assertArrayEquals(numbers(alone(RELU, alone(ADD, alone(NORM, x, vector, vector), x))), numbers);
    }

    @Test
    void twoBatchNormsOfOneSumAreOneChain() {
        Value x = images();
        Value vector = range(Shape.of(3));
        Value y = run(ADD, run(NORM, x, vector, vector), run(NORM, run(TWICE, x), vector, vector));
        numbers(y);
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
        float[] expected = numbers(alone(RELU, alone(NORM, x, weight, weight)));
        all(new Update.ScaleInto(3), weight);
        assertArrayEquals(expected, numbers(y));
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
            assertEquals(5, numbers(y)[4095]);
        }
    }

    @Test
    void aRowThatRepeatsJoinsAChain() {
        Value x = images();
        Value row = range(Shape.of(1, 3, 1, 1));
        Value y = run(RELU, run(ADD, run(new Binary(BinaryKind.MUL), row, x), row));
        float[] numbers = numbers(y);
        assertEquals(
                3, assertInstanceOf(Fused.class, below.ops.getLast()).links().size());
        assertArrayEquals(numbers(alone(RELU, alone(ADD, alone(new Binary(BinaryKind.MUL), row, x), row))), numbers);
    }

    @Test
    void dropoutJoinsAChain() {
        Value x = range(Shape.of(64, 65));
        Op dropout = new Sampling.Dropout(0.25, new RandomKey(1, 2));
        Value y = run(ADD, run(dropout, x), x);
        float[] numbers = numbers(y);
        assertEquals(
                2, assertInstanceOf(Fused.class, below.ops.getLast()).links().size());
        assertArrayEquals(numbers(alone(ADD, alone(dropout, x), x)), numbers);
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
        numbers(run(RELU, sum));
        below.ops.clear();
        numbers(x);
        assertEquals(2, below.ops.size(), "the normal numbers and the sum, which could change");
        assertArrayEquals(numbers(alone(ADD, normal, x)), numbers(sum));
    }
}
