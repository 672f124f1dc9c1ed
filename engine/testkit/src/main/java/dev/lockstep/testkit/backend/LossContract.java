package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;

/** Cross-entropy. */
interface LossContract extends UnderTest {
    private Value logits() {
        return values().f32(Shape.of(2, 2), 0, Math.log(3), 5, 5);
    }

    @Test
    default void crossEntropyIsTheNegativeLogOfTheProbability() {
        Value[] loss = values().all(new Loss.CrossEntropy(-100, 0), logits(), values().i64(1, 0));
        var close = Tolerance.element(DType.F32);
        close.check(
                "loss", new double[] {Math.log(4.0 / 3), Math.log(2)}, Values.numbers(loss[0]), new double[] {2, 6});
        close.check("logSumExp", new double[] {Math.log(4), 5 + Math.log(2)}, Values.numbers(loss[1]));
    }

    @Test
    default void ignoredRowsLoseNothing() {
        Value[] loss = values().all(new Loss.CrossEntropy(-100, 0), logits(), values().i64(-100, 0));
        Value g = values().f32(Shape.of(2), 1, 1);
        Value dx = values().run(new Loss.CrossEntropyGrad(-100, 0), g, logits(), values().i64(-100, 0), loss[1]);
        assertEquals(0, Values.numbers(loss[0])[0]);
        Tolerance.element(DType.F32).check("grad", new double[] {0, 0, -0.5, 0.5}, Values.numbers(dx));
    }

    @Test
    default void smoothingMixesInAllClasses() {
        Value[] loss = values().all(new Loss.CrossEntropy(-100, 0.5), logits(), values().i64(1, 0));
        double first = 0.5 * Math.log(4.0 / 3) + 0.5 * (Math.log(4) + Math.log(4.0 / 3)) / 2;
        Tolerance.element(DType.F32)
                .check("loss", new double[] {first, Math.log(2)}, Values.numbers(loss[0]), new double[] {2, 6});
    }

    @Test
    default void gradientIsProbabilityMinusTarget() {
        Value lse = values().f32(Shape.of(2), Math.log(4), 5 + Math.log(2));
        Value g = values().f32(Shape.of(2), 1, 2);
        Value plain = values().run(new Loss.CrossEntropyGrad(-100, 0), g, logits(), values().i64(1, 0), lse);
        Value smooth = values().run(new Loss.CrossEntropyGrad(-100, 0.5), g, logits(), values().i64(1, 0), lse);
        double[] one = {6, 6, 6, 6};
        var close = Tolerance.element(DType.F32);
        close.check("plain", new double[] {0.25, -0.25, -1, 1}, Values.numbers(plain), one);
        close.check("smooth", new double[] {0, 0, -0.5, 0.5}, Values.numbers(smooth), one);
    }

    @Test
    default void noRowsHaveNoLoss() {
        Value[] loss = values().all(new Loss.CrossEntropy(-100, 0), values().f32(Shape.of(0, 10)), values().i64());
        assertEquals(Shape.of(0), loss[0].shape());
    }

    @Test
    default void aTargetOutOfRangeIsNamed() {
        Value x = logits();
        Value target = values().i64(0, 2);
        var op = new Loss.CrossEntropy(-100, 0);
        var error = assertThrows(IllegalArgumentException.class, () -> values().all(op, x, target));
        assertEquals("crossEntropy: target 2 at row 1 is out of range for 2 classes", error.getMessage());
    }

    @Test
    default void targetsOfTheWrongLengthAreNamed() {
        Value x = logits();
        Value target = values().i64(0);
        var op = new Loss.CrossEntropy(-100, 0);
        var error = assertThrows(IllegalArgumentException.class, () -> values().all(op, x, target));
        assertEquals("crossEntropy: the target must be [2], got [1]", error.getMessage());
    }
}
