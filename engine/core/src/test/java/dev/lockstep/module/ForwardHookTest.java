package dev.lockstep.module;

import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForwardHookTest {
    private final Scope scope = Scope.open("test");
    private final Layer twice = new Layer() {
        @Override
        public Tensor forward(Tensor x) {
            return x.mul(2L);
        }
    };

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void aHookSeesInputAndOutput() {
        List<Double> seen = new ArrayList<>();
        twice.registerForwardHook((x, y) -> {
            seen.add(x.item());
            seen.add(y.item());
            return y;
        });
        twice.call(tensor(3.0));
        assertArrayEquals(new double[] {3, 6}, seen.stream().mapToDouble(n -> n).toArray());
    }

    @Test
    void whatHooksGiveGoesOn() {
        twice.registerForwardPreHook(x -> x.add(1L));
        var added = twice.registerForwardHook((x, y) -> y.neg());
        assertArrayEquals(new float[] {-8}, twice.call(tensor(3.0)).toFloatArray());
        added.close();
        assertArrayEquals(new float[] {8}, twice.call(tensor(3.0)).toFloatArray());
    }

    @Test
    void aHookOnTheOutputsGradientMayChangeIt() {
        Tensor x = tensor(3.0).requiresGrad(true);
        var tenfold = twice.registerFullBackwardPreHook(gradient -> gradient.mul(10L));
        assertArrayEquals(
                new float[] {20}, twice.call(x).sum().backward().get(x).toFloatArray());
        twice.call(tensor(3.0)); // Nothing to hook: no gradient is wanted.
        tenfold.close();
        assertArrayEquals(new float[] {2}, twice.call(x).sum().backward().get(x).toFloatArray());
    }
}
