package dev.lockstep.nn;

import static dev.lockstep.tensor.Tensors.tensor;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.layout.DType;
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

    /** Differences 1, 0 and 2: parabola up to 1, line from there. */
    @Test
    void smoothDifferences() {
        assertEquals(
                (0.5 + 1.5) / 3, new SmoothL1Loss().call(prediction, target).item(), 1e-6);
        assertEquals(
                0.25 + 1,
                new SmoothL1Loss(2, LossReduction.SUM).call(prediction, target).item(),
                1e-6);
        assertEquals((0.5 + 1.5) / 3, new HuberLoss().call(prediction, target).item(), 1e-6);
        assertEquals(
                0.375 + 0.875,
                new HuberLoss(0.5, LossReduction.SUM).call(prediction, target).item(),
                1e-6);
    }

    @Test
    void binaryCrossEntropyWeighsElementsAndThePositiveClass() {
        Tensor logits = zeros(2);
        Tensor classes = tensor(1.0, 0.0);
        Tensor weights = tensor(3.0, 1.0);
        double two = Math.log(2);
        assertEquals(two, new BCELoss().call(logits.sigmoid(), classes).item(), 1e-6);
        assertEquals(
                2 * two,
                new BCELoss(o -> o.weight(weights))
                        .call(logits.sigmoid(), classes)
                        .item(),
                1e-6);
        assertEquals(
                4 * two,
                new BCEWithLogitsLoss(o -> o.positiveWeight(tensor(3.0)).reduction(LossReduction.SUM))
                        .call(logits, classes)
                        .item(),
                1e-6);
    }

    /** Classes of weights 1 and 3 at log-probabilities -1 and -2: (1 + 3 * 2) / 4. */
    @Test
    void negativeLogLikelihoodDividesByTheWeights() {
        Tensor logs = Tensors.of(new float[] {-1, -9, -9, -2}, 2, 2);
        Tensor classes = tensor(0L, 1L);
        assertEquals(1.5, new NLLLoss().call(logs, classes).item(), 1e-6);
        assertEquals(
                1.75,
                new NLLLoss(o -> o.weight(tensor(1.0, 3.0))).call(logs, classes).item(),
                1e-6);
    }

    /** One half of either class against one of the first: log 2 for each of two rows. */
    @Test
    void divergenceHasTwoMeans() {
        Tensor logs = tensor(0.5, 0.5, 0.5, 0.5).log().reshape(2, 2);
        Tensor first = Tensors.of(new float[] {1, 0, 1, 0}, 2, 2);
        assertEquals(Math.log(2) / 2, new KLDivLoss().call(logs, first).item(), 1e-6);
        assertEquals(
                Math.log(2),
                new KLDivLoss(o -> o.batchMean(true)).call(logs, first).item(),
                1e-6);
        assertEquals(0, new KLDivLoss(o -> o.logTarget(true)).call(logs, logs).item(), 1e-6);
    }

    @Test
    void embeddingsBelongTogetherOrApart() {
        Tensor signs = tensor(1L, -1L);
        assertArrayEquals(
                new float[] {3, 0.75f},
                new HingeEmbeddingLoss(1, LossReduction.NONE)
                        .call(tensor(3.0, 0.25), signs)
                        .toFloatArray());
        Tensor right = Tensors.of(new float[] {1, 0, 1, 0}, 2, 2);
        Tensor up = Tensors.of(new float[] {0, 1, 2, 0}, 2, 2);
        assertArrayEquals(
                new float[] {1, 0.5f},
                new CosineEmbeddingLoss(0.5, LossReduction.NONE)
                        .call(right, up, signs)
                        .toFloatArray(),
                1e-6f);
        assertEquals(1, new CosineEmbeddingLoss().call(right, up, signs).item(), 1e-6);
    }

    /** Distances 5 and 4, margin 2: 5 - 4 + 2. */
    @Test
    void tripletsWantTheNegativeFarther() {
        Tensor anchor = zeros(1, 2);
        Tensor positive = Tensors.of(new float[] {3, 4}, 1, 2);
        Tensor negative = Tensors.of(new float[] {0, 4}, 1, 2);
        assertEquals(
                3,
                new TripletMarginLoss(o -> o.margin(2))
                        .call(anchor, positive, negative)
                        .item(),
                1e-4);
        assertEquals(0, new TripletMarginLoss().call(anchor, negative, positive).item(), 1e-4);
    }

    /** Two steps over a blank and a label, all equal: three of four paths spell the label. */
    @Test
    void alignmentsAreSummed() {
        Tensor logs = Tensors.full(Math.log(0.5), DType.F32, 2, 1, 2);
        double loss = new CTCLoss(o -> o.reduction(LossReduction.SUM))
                .call(logs, tensor(1L).reshape(1, 1), tensor(2L), tensor(1L))
                .item();
        assertEquals(-Math.log(0.75), loss, 1e-6);
    }

    @Test
    void shapesMustAgree() {
        assertThrows(IllegalArgumentException.class, () -> new SmoothL1Loss().call(zeros(2, 1), zeros(2)));
        assertThrows(IllegalArgumentException.class, () -> new MSELoss().call(zeros(2, 1), zeros(2)));
    }
}
