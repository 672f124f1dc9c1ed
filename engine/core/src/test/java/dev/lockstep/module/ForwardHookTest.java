package dev.lockstep.module;

import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.layout.Layout;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

    @Test
    void aHookOnTheInputsGradientSeesWhatComesThroughThisModule() {
        Tensor x = tensor(3.0).requiresGrad(true);
        List<Double> seen = new ArrayList<>();
        var tenfold = twice.registerFullBackwardHook(gradient -> {
            seen.add(gradient.item());
            return gradient.mul(10L);
        });
        Tensor beside = x.mul(5L);
        Tensor loss = twice.call(x).mul(7L).add(beside).sum();
        assertArrayEquals(new float[] {10 * 2 * 7 + 5}, loss.backward().get(x).toFloatArray());
        assertEquals(List.of(14.0), seen);
        twice.call(tensor(3.0)); // Nothing to hook: no gradient is wanted.
        tenfold.close();
        assertArrayEquals(new float[] {2}, twice.call(x).sum().backward().get(x).toFloatArray());
    }

    @Test
    void aHookSeesTheGradientOfEachTensorOfARecord() {
        record Pair(Tensor left, List<Tensor> right) {}
        Module<Pair, Tensor> product = new Module<>() {
            @Override
            public Tensor forward(Pair pair) {
                return pair.left().mul(pair.right().getFirst());
            }
        };
        List<Double> seen = new ArrayList<>();
        product.registerFullBackwardHook(gradient -> {
            seen.add(gradient.item());
            return gradient;
        });
        Tensor x = tensor(3.0).requiresGrad(true);
        Tensor y = tensor(4.0).requiresGrad(true);
        product.call(new Pair(x, List.of(y))).sum().backward();
        assertEquals(Set.of(3.0, 4.0), Set.copyOf(seen));
    }

    @Test
    void aHookLeavesTheLayoutOfWhatAModuleTakes() {
        List<Layout> seen = new ArrayList<>();
        twice.registerFullBackwardHook(gradient -> gradient);
        twice.registerForwardHook((x, y) -> {
            seen.add(x.layout());
            return y;
        });
        Tensor image = ones(2, 2, 2, 3).permute(0, 3, 1, 2);
        Tensor turned = ones(2, 3).transpose(0, 1);
        twice.call(image.requiresGrad(true));
        twice.call(turned.requiresGrad(true));
        assertEquals(List.of(image.layout(), turned.layout()), seen);
    }
}
