package dev.lockstep.module;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.autograd.Leaf;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.nn.BatchNorm1d;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.ReLU;
import dev.lockstep.nn.Sequential;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static Sequential net() {
        return new Sequential(new Linear(3, 4), new BatchNorm1d(4), new ReLU(), new Sequential(new Linear(4, 2)));
    }

    @Test
    void listsModulesWithWhatTheyGaveAndHold() {
        Sequential net = net();
        net.get(0).requiresGrad(false);
        Summary summary = net.summary(Tensors.zeros(5, 3));
        assertEquals(List.of(Shape.of(5, 4)), summary.rows().get(1).outputs());
        assertEquals(16 + 8 + 10, summary.parameters());
        assertEquals(8 + 10, summary.trainable());
        assertEquals(4 * (16 + 8 + 10 + 8) + 8, summary.stateBytes());
        assertEquals("""
                Module         Output  Parameters
                Sequential     [5, 2]
                  0: Linear    [5, 4]          16
                  1: BatchNorm1d  [5, 4]        8
                  2: ReLU      [5, 4]
                  3: Sequential  [5, 2]
                    0: Linear  [5, 2]          10
                Parameters: 34, trainable 18, frozen 16
                State: 176 bytes""".replaceAll(" +", " "), summary.toString().replaceAll(" +", " "));
    }

    @Test
    void leavesModesAndBuffersAndScopesAsTheyWere() {
        Sequential net = net();
        net.get(1).eval();
        try (Scope scope = Scope.open()) {
            Tensor input = Tensors.ones(5, 3);
            net.summary(input);
            assertEquals(1, scope.size());
        }
        assertTrue(net.get(0).isTraining());
        assertFalse(net.get(1).isTraining());
        assertEquals(0, net.namedBuffers().get("1.num_batches_tracked").itemLong());
    }

    @Test
    void worksWithoutACall() {
        assertEquals(List.of(), Summary.of(net()).rows().getFirst().outputs());
    }

    @Nested
    class Conversion {
        @Test
        void turnsFloatingStateAndLeavesTheRest() {
            Sequential net = net();
            Tensor weight = net.namedParameters().get("0.weight");
            double before = weight.sum().item();
            Leaf leaf = weight.leaf();
            net.to(DType.F64);
            assertSame(weight, net.namedParameters().get("0.weight"));
            assertSame(leaf, weight.leaf());
            assertEquals(DType.F64, weight.dtype());
            assertEquals(before, weight.sum().item(), 1e-6);
            assertTrue(weight.isParameter());
            assertEquals(DType.F64, net.namedBuffers().get("1.running_var").dtype());
            assertEquals(
                    DType.I64, net.namedBuffers().get("1.num_batches_tracked").dtype());
            Tensor out = net.call(Tensors.ones(DType.F64, 5, 3));
            assertEquals(DType.F64, out.dtype());
            assertTrue(out.sum().backward().contains(weight));
        }

        @Test
        void refusesWholeNumbers() {
            assertThrows(IllegalArgumentException.class, () -> net().to(DType.I32));
        }

        @Test
        void setDataReplacesTheElementsOfALeafAlone() {
            Tensor leaf = Tensors.tensor(1.0, 2.0).requiresGrad(true);
            leaf.setData(Tensors.tensor(3.0, 4.0, 5.0));
            assertArrayEquals(new float[] {3, 4, 5}, leaf.toFloatArray());
            assertTrue(leaf.requiresGrad());
            Tensor computed = leaf.mul(2);
            assertThrows(IllegalStateException.class, () -> computed.setData(Tensors.tensor(1.0)));
        }
    }
}
