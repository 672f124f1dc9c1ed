package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Softmax along any axis, and its gradient. */
interface SoftmaxContract extends UnderTest {
    @Test
    default void softmaxOfEqualNumbersIsUniformAndLargeOnesDoNotOverflow() {
        Value x = values().f32(Shape.of(2, 4), 1000, 1000, 1000, 1000, 0, 0, 0, 0);
        double[] quarter = {0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25};
        assertArrayEquals(quarter, Values.numbers(values().run(new Reduction.Softmax(1, false), x)));
        double[] logs = new double[8];
        Arrays.fill(logs, -Math.log(4));
        Tolerance.element(DType.F32)
                .check("logSoftmax", logs, Values.numbers(values().run(new Reduction.Softmax(1, true), x)));
    }

    @Test
    default void softmaxMatchesItsFormula() {
        Value x = values().f32(Shape.of(3), 1, 2, 3);
        double sum = Math.exp(-2) + Math.exp(-1) + 1;
        double[] expected = {Math.exp(-2) / sum, Math.exp(-1) / sum, 1 / sum};
        Tolerance.element(DType.F32)
                .check("softmax", expected, Values.numbers(values().run(new Reduction.Softmax(0, false), x)));
    }

    @Test
    default void softmaxAlongALeadingAxisIsThatOfTheTransposed() {
        double[] numbers = Values.normals(35, 4);
        Value x = values().f32(Shape.of(5, 7), numbers);
        Value transposed = values().view(x, Layout.contiguous(Shape.of(5, 7)).permute(1, 0));
        Value down = values().run(new Reduction.Softmax(0, false), x);
        Value along = values().run(new Reduction.Softmax(1, false), transposed);
        Value back = values().view(along, along.layout().permute(1, 0));
        assertArrayEquals(Values.bits(down), Values.bits(back));
    }

    @Test
    default void gradientsMatchTheirFormulas() {
        Value y = values().f32(Shape.of(1, 2), 0.25, 0.75);
        Value g = values().f32(Shape.of(1, 2), 4, 8);
        Value dx = values().run(new Reduction.SoftmaxGrad(1, false), y, g);
        assertArrayEquals(new double[] {-0.75, 0.75}, Values.numbers(dx)); // sum g y = 7
        Value logs = values().f32(Shape.of(1, 2), Math.log(0.25), Math.log(0.75));
        Value dlog = values().run(new Reduction.SoftmaxGrad(1, true), logs, g);
        Tolerance.element(DType.F32).check("log", new double[] {1, -1}, Values.numbers(dlog), new double[] {12, 12});
    }

    @Test
    default void softmaxOfNothingIsNothing() {
        Value none = values().run(new Reduction.Softmax(1, false), values().f32(Shape.of(0, 4)));
        assertEquals(Shape.of(0, 4), none.shape());
        assertEquals(
                Shape.of(3, 0),
                values().run(new Reduction.Softmax(1, true), values().f32(Shape.of(3, 0)))
                        .shape());
    }
}
