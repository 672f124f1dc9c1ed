package dev.lockstep.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What looks at all parameters together: LBFGS, and averages of parameters. */
class WholeLossTest {
    // Recorded from PyTorch 1.13: torch.optim.LBFGS(lr=0.1, max_iter=7, history_size=3), three steps.
    private static final double[] LOSSES = {24.199999999999996, 6.136220174641892, 4.619002612578713};
    private static final double[] PARAMETERS = {-1.0427503497485164, 1.0620938666369033};

    private final Scope scope = Scope.open("test");

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static Tensor parameter(double... numbers) {
        return Tensors.of(numbers, DType.F64, numbers.length).asParameter();
    }

    /** Rosenbrock's valley, whose floor is at (1, 1). */
    private static Tensor rosenbrock(Tensor p) {
        Tensor x = p.select(0, 0);
        Tensor y = p.select(0, 1);
        return y.sub(x.square()).square().mul(100L).add(x.rsub(1.0).square());
    }

    @Test
    void lbfgsGivesWhatPyTorchGives() {
        Tensor p = parameter(-1.2, 1);
        LBFGS optimizer = new LBFGS(List.of(p), o -> o.lr(0.1).iterations(7).historySize(3));
        double[] losses = new double[3];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = optimizer.step(() -> rosenbrock(p));
        }
        assertArrayEquals(LOSSES, losses, 1e-9);
        assertArrayEquals(PARAMETERS, p.toDoubleArray(), 1e-9);
    }

    @Test
    void lbfgsFindsTheFloorOfAQuadraticForm() {
        Tensor p = parameter(3, -2);
        Tensor scales = Tensors.of(new double[] {1, 20}, DType.F64, 2);
        LBFGS optimizer = new LBFGS(List.of(p), o -> o.iterations(50));
        optimizer.step(() -> p.square().mul(scales).sum());
        // It ends when the loss changes by less than 1e-9, so p is known to about the root of that.
        assertTrue(p.abs().max().item() < 1e-4, p::toString);
    }

    @Test
    void averagesMoveByTheirShare() {
        Tensor p = parameter(1, 2);
        MovingAverage average = new MovingAverage(List.of(p), 0.75);
        Tensors.noGrad(() -> p.fill_(5));
        average.update();
        assertArrayEquals(new double[] {2, 2.75}, average.averages().getFirst().toDoubleArray());
        average.swap();
        assertArrayEquals(new double[] {2, 2.75}, p.toDoubleArray());
        assertEquals(5, average.averages().getFirst().select(0, 0).item());
    }
}
