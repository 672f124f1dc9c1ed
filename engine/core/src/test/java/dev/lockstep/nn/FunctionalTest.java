package dev.lockstep.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.PadMode;
import dev.lockstep.tensor.PoolOptions;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is drawn, containers, and what bad input gets; values are compared with PyTorch's in the testkit. */
class FunctionalTest {
    private final Scope scope = Scope.open("test");

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Nested
    class Dropping {
        @Test
        void dropout1dAndDropout2dDropWholeChannels() {
            for (Tensor x : List.of(Tensors.ones(4, 50, 6), Tensors.ones(4, 50, 2, 3))) {
                Tensor y = x.rank() == 3 ? Functional.dropout1d(x, 0.5) : Functional.dropout2d(x, 0.5);
                Tensor sums = y.flatten(2).sum(2);
                assertTrue(sums.eq(0).logicalOr(sums.eq(12)).all().item() == 1, "0 or 6 times 2");
                assertNotEquals(0, sums.eq(0).sum().item());
            }
        }

        @Test
        void inEvaluationNothingIsDropped() {
            Tensor x = Tensors.ones(2, 3, 4);
            Dropout2d dropout = new Dropout2d();
            dropout.eval();
            assertSame(x, dropout.forward(x));
            assertThrows(IllegalArgumentException.class, () -> new Dropout1d(1.5));
        }
    }

    @Nested
    class Containers {
        @Test
        void moduleDictNamesItsModules() {
            ModuleDict<Linear> dict = new ModuleDict<>(Map.of("a", new Linear(2, 3)));
            dict.put("b", new Linear(3, 1));
            assertEquals(
                    List.of("a.weight", "a.bias", "b.weight", "b.bias"),
                    List.copyOf(dict.stateDict().keys()));
            assertEquals(1, dict.get("b").weight().size(0));
            assertThrows(IllegalArgumentException.class, () -> dict.get("c"));
            assertThrows(UnsupportedOperationException.class, () -> dict.call("a"));
        }

        @Test
        void parameterListNumbersItsParameters() {
            ParameterList list = new ParameterList(List.of(Tensors.ones(2), Tensors.zeros(3)));
            assertEquals(List.of("0", "1"), List.copyOf(list.stateDict().keys()));
            assertTrue(list.get(1).requiresGrad());
        }

        @Test
        void moduleListNumbersItsModules() {
            ModuleList<Linear> list = new ModuleList<>(List.of(new Linear(2, 2)));
            assertEquals(
                    List.of("0.weight", "0.bias"), List.copyOf(list.stateDict().keys()));
        }
    }

    @Nested
    class Errors {
        private void says(String part, Supplier<Tensor> call) {
            var error = assertThrows(IllegalArgumentException.class, call::get);
            assertTrue(error.getMessage().contains(part), error.getMessage());
        }

        @Test
        void nameTheFunctionAndTheShapes() {
            Tensor image = Tensors.ones(1, 3, 4, 4);
            says("[1, 3, 4, 4]", () -> Functional.conv2d(image, Tensors.ones(2, 2, 3, 3), null, ConvOptions.DEFAULT));
            says("conv1d: ", () -> Functional.conv1d(image, Tensors.ones(2, 3, 3), null, ConvOptions.DEFAULT));
            says("groupNorm: 2 groups", () -> Functional.groupNorm(image, 2, null, null, 1e-5));
            says("pixelShuffle: ", () -> Functional.pixelShuffle(image, 2));
            says("adaptiveAvgPool", () -> Functional.adaptiveAvgPool2d(image, 0, 2));
            says("pad: REFLECT", () -> Functional.pad(image, PadMode.REFLECT, 0, 4, 0));
            says("maxPool2d: ", () -> Functional.maxPool2d(Tensors.ones(3), PoolOptions.of(2)));
        }

        @Test
        void samePaddingGoesWithStrideOneOnly() {
            assertThrows(
                    IllegalArgumentException.class, () -> ConvOptions.of(2, 0).samePadding());
        }

        @Test
        void recurrentNetworksWantSequences() {
            var error = assertThrows(IllegalArgumentException.class, () -> new GRU(3, 5).call(Tensors.ones(2, 1, 4)));
            assertTrue(error.getMessage().contains("GRU: "), error.getMessage());
        }

        @Test
        void aPadThatCutsLeavesWhatIsLeft() {
            assertEquals(
                    Shape.of(2, 1), Functional.pad(Tensors.ones(2, 4), -1, -2).shape());
            says("pad: ", () -> Functional.pad(Tensors.ones(2, 4), -3, -2));
        }
    }
}
