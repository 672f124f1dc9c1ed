package dev.lockstep.nn;

import static dev.lockstep.tensor.Tensors.tensor;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import org.junit.jupiter.api.Test;

class LossTest {
    private final Tensor prediction = tensor(1.0, -2.0, 3.0);
    private final Tensor target = tensor(0.0, -2.0, 5.0);

    @Test
    void squaredAndAbsoluteDifferences() {
        assertEquals(5.0 / 3, new MSELoss().call(prediction, target).item(), 1e-6);
        assertEquals(1, new L1Loss().call(prediction, target).item(), 1e-6);
        assertEquals(5, new MSELoss(LossReduction.SUM).call(prediction, target).item(), 1e-6);
        assertArrayEquals(
                new float[] {1, 0, 2},
                new L1Loss(LossReduction.NONE).call(prediction, target).toFloatArray());
    }

    @Test
    void squaredDifferenceHasItsGradient() {
        Tensor leaf = tensor(1.0, -2.0, 3.0).requiresGrad(true);
        var gradients = new MSELoss().call(leaf, target).backward();
        assertArrayEquals(
                new double[] {2.0 / 3, 0, -4.0 / 3}, gradients.get(leaf).toDoubleArray(), 1e-6);
    }

    /** log(1 + e^-x) for target 1, x + log(1 + e^-x) for target 0; 100 does not overflow. */
    @Test
    void binaryCrossEntropyIsStable() {
        BCEWithLogitsLoss loss = new BCEWithLogitsLoss(LossReduction.NONE);
        double[] losses = loss.call(tensor(0.0, 2.0, 100.0, -100.0), tensor(1.0, 0.0, 1.0, 1.0))
                .toDoubleArray();
        double[] expected = {Math.log(2), 2 + Math.log1p(Math.exp(-2)), 0, 100};
        assertArrayEquals(expected, losses, 1e-5);
    }

    /** Equal logits over four classes: log 4 whatever the class. */
    @Test
    void crossEntropyOfEqualLogits() {
        Tensor logits = zeros(2, 4);
        assertEquals(
                Math.log(4), new CrossEntropyLoss().call(logits, tensor(0L, 3L)).item(), 1e-6);
        CrossEntropyLoss sum = new CrossEntropyLoss(o -> o.reduction(LossReduction.SUM));
        assertEquals(2 * Math.log(4), sum.call(logits, tensor(0L, 3L)).item(), 1e-6);
    }

    @Test
    void crossEntropyLeavesIgnoredTargetsOut() {
        Tensor logits = Tensors.of(new float[] {0, 0, 7, 1}, 2, 2);
        double loss = new CrossEntropyLoss().call(logits, tensor(0L, -100L)).item();
        assertEquals(Math.log(2), loss, 1e-6);
    }

    @Test
    void shapesMustAgree() {
        assertThrows(IllegalArgumentException.class, () -> new MSELoss().call(zeros(2, 1), zeros(2)));
    }
}
