package dev.lockstep.tensor;

import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GradientsTest {
    private final Scope scope = Scope.open("test");
    private final Tensor a = tensor(3.0, 0).requiresGrad(true);
    private final Tensor b = tensor(4.0).requiresGrad(true);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void areKeyedByLeaf() {
        Gradients gradients = a.square().sum().backward();
        assertArrayEquals(new float[] {6, 0}, gradients.get(a).toFloatArray());
        assertFalse(gradients.contains(b));
        assertThrows(IllegalArgumentException.class, () -> gradients.get(b));
    }

    @Test
    void addUpLeafByLeaf() {
        Gradients sum = a.sum().backward().plus(a.sum().add(b.sum()).backward()).scale(0.5);
        assertArrayEquals(new float[] {1, 1}, sum.get(a).toFloatArray());
        assertArrayEquals(new float[] {0.5f}, sum.get(b).toFloatArray());
    }

    @Test
    void clippingByNormScalesAllByOneFactorAndTellsTheNormBefore() {
        Gradients gradients = a.square().add(b.square()).sum().mul(0.25).backward();
        double before = gradients.norm();
        assertEquals(Math.sqrt(1.5 * 1.5 + 4 * 4), before, 1e-6);
        assertEquals(before, gradients.clipNorm(1));
        assertEquals(1, gradients.norm(), 1e-5);
        assertEquals(gradients.norm(), gradients.clipNorm(2));
    }

    @Test
    void theNormOfManyBlocksIsSummedOverAllOfThem() {
        Tensor large = ones(3 * 65_536 + 5).requiresGrad(true);
        assertEquals(Math.sqrt(3 * 65_536 + 5), large.sum().backward().norm(), 1e-9);
    }

    @Test
    void clippingByValueLimitsEachElement() {
        Gradients gradients = a.square().sum().backward().clipValue(2);
        assertArrayEquals(new float[] {2, 0}, gradients.get(a).toFloatArray());
    }

    @Test
    void clippingOneGradientLeavesTheOthersAlone() {
        Gradients gradients = a.narrow(0, 0, 1).add(b).sum().backward();
        gradients.get(b).mul_(5);
        assertArrayEquals(new float[] {1, 0}, gradients.get(a).toFloatArray());
    }
}
