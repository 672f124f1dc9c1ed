package dev.lockstep.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GradScalerTest {
    private final Scope scope = Scope.open("test");

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static Tensor parameter(float... numbers) {
        return Tensors.tensor(numbers).asParameter();
    }

    private static SGD sgd(Tensor parameter) {
        return new SGD(List.of(parameter), o -> o.lr(0.5));
    }

    /** The gradient of a loss whose factor overflows once it is scaled. */
    private static Gradients infinite(GradScaler scaler, Tensor p) {
        return scaler.scale(p.mul(Float.MAX_VALUE).sum()).backward();
    }

    @Test
    void keepsAGradientThatF16AloneWouldLose() {
        Tensor p = parameter(1);
        double tiny = 0x1p-30; // The smallest number of f16 is 2^-24.
        Tensor plain = p.to(DType.F16).sum().to(DType.F32).mul(tiny);
        assertArrayEquals(new float[] {0}, plain.backward().get(p).toFloatArray());

        GradScaler scaler = new GradScaler();
        Tensor loss = p.to(DType.F16).sum().to(DType.F32).mul(tiny);
        Gradients gradients = scaler.scale(loss).backward();
        assertTrue(scaler.unscale(gradients));
        assertArrayEquals(new float[] {(float) tiny}, gradients.get(p).toFloatArray());
    }

    @Test
    void makesTheStepOfTheUnscaledGradient() {
        Tensor p = parameter(1, 2);
        GradScaler scaler = new GradScaler();
        Gradients gradients = scaler.scale(p.square().sum()).backward();
        assertTrue(scaler.step(sgd(p), gradients));
        assertArrayEquals(new float[] {0, 0}, p.toFloatArray()); // p - 0.5 * 2 p
    }

    @Test
    void unscalesOnce() {
        Tensor p = parameter(3);
        GradScaler scaler = new GradScaler(o -> o.initScale(4));
        Gradients gradients = scaler.scale(p.sum()).backward();
        assertTrue(scaler.unscale(gradients));
        assertTrue(scaler.step(sgd(p), gradients));
        assertArrayEquals(new float[] {2.5f}, p.toFloatArray());
        assertThrows(IllegalStateException.class, () -> scaler.unscale(gradients));
    }

    @Test
    void leavesOutAStepThatIsNotFiniteAndHalvesTheScale() {
        Tensor p = parameter(1);
        GradScaler scaler = new GradScaler();
        SGD optimizer = sgd(p);
        assertFalse(scaler.step(optimizer, infinite(scaler, p)));
        scaler.update();
        assertArrayEquals(new float[] {1}, p.toFloatArray());
        assertEquals(0, optimizer.steps());
        assertEquals(32768, scaler.scale());
    }

    @Test
    void doublesTheScaleAfterFiniteStepsInARow() {
        Tensor p = parameter(1);
        GradScaler scaler = new GradScaler(o -> o.initScale(8).growthInterval(2));
        double[] scales = new double[6];
        for (int i = 0; i < scales.length; i++) {
            Gradients gradients =
                    i == 1 ? infinite(scaler, p) : scaler.scale(p.sum()).backward();
            scaler.step(sgd(p), gradients);
            scaler.update();
            scales[i] = scaler.scale();
        }
        assertArrayEquals(new double[] {8, 4, 4, 8, 8, 16}, scales);
    }

    @Test
    void goesOnFromItsState() {
        Tensor p = parameter(1);
        GradScaler before = new GradScaler(o -> o.growthInterval(2));
        before.step(sgd(p), before.scale(p.sum()).backward());
        before.update();
        GradScaler after = new GradScaler(o -> o.initScale(1).growthInterval(2));
        after.load(before.stateDict());
        after.step(sgd(p), after.scale(p.sum()).backward());
        after.update();
        assertEquals(131072, after.scale());
    }

    @Test
    void refusesWhatCannotBeMeant() {
        GradScaler scaler = new GradScaler();
        assertThrows(IllegalStateException.class, scaler::update);
        assertThrows(IllegalArgumentException.class, () -> new GradScaler(o -> o.growthFactor(1)));
        assertThrows(IllegalArgumentException.class, () -> scaler.load(new StateDict(new LinkedHashMap<>())));
        Tensor half = Tensors.ones(1).to(DType.F16).asParameter();
        Gradients gradients = Gradients.of(Map.of(half, Tensors.ones(1).to(DType.F16)));
        assertThrows(IllegalArgumentException.class, () -> scaler.unscale(gradients));
    }
}
