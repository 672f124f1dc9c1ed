package dev.lockstep.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private record Pair(Tensor first, List<Tensor> rest) {}

    @Test
    void closingAScopeClosesWhatItHolds() {
        Tensor made;
        try (Scope _ = Scope.open()) {
            made = Tensors.ones(2);
        }
        assertTrue(made.isClosed());
    }

    @Test
    void useAfterItsEndNamesTensorAndScope() {
        Tensor made;
        try (Scope _ = Scope.open("iteration")) {
            made = Tensors.ones(2, 3);
        }
        var error = assertThrows(IllegalStateException.class, () -> made.add(1));
        assertTrue(error.getMessage().contains("F32[2, 3]"), error.getMessage());
        assertTrue(error.getMessage().contains("'iteration'"), error.getMessage());
        assertTrue(error.getMessage().contains("keep()"), error.getMessage());
    }

    @Test
    void keptTensorsOutliveAllScopes() {
        Tensor kept;
        try (Scope _ = Scope.open();
                Scope _ = Scope.open()) {
            kept = Tensors.ones(2).keep();
        }
        assertEquals(2, kept.sum().item());
        kept.close();
        kept.close();
        assertTrue(kept.isClosed());
    }

    @Test
    void resultsOfTidyMoveOutwards() {
        AtomicReference<Tensor> inner = new AtomicReference<>();
        Pair pair;
        try (Scope outer = Scope.open()) {
            pair = Scope.tidy(() -> {
                inner.set(Tensors.ones(1));
                return new Pair(Tensors.ones(2), List.of(Tensors.ones(3)));
            });
            assertFalse(pair.first().isClosed());
            assertFalse(pair.rest().get(0).isClosed());
            assertTrue(inner.get().isClosed());
            assertEquals(2, outer.size());
        }
        assertTrue(pair.first().isClosed());
    }

    @Test
    void treesReachTensorsInContainers() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.ones(1);
            int[] seen = {0};
            Object tree = List.of(x, Map.of("k", x), Optional.of(x), new Tensor[] {x}, new Pair(x, List.of()), "text");
            TensorTree.forEach(tree, tensor -> seen[0]++);
            assertEquals(5, seen[0]);
        }
    }

    @Test
    void anExceptionClosesTheScope() {
        AtomicReference<Tensor> made = new AtomicReference<>();
        assertThrows(
                IllegalStateException.class,
                () -> Scope.tidy(() -> {
                    made.set(Tensors.ones(2));
                    throw new IllegalStateException("in the middle");
                }));
        assertTrue(made.get().isClosed());
        assertEquals(null, Scope.current());
    }

    @Test
    void scopesCloseInReverseOrder() {
        Scope outer = Scope.open("outer");
        Scope inner = Scope.open("inner");
        assertThrows(IllegalStateException.class, outer::close);
        inner.close();
        outer.close();
        outer.close();
    }

    @Test
    void aTensorClosedEarlyLeavesItsScope() {
        try (Scope scope = Scope.open()) {
            Tensor first = Tensors.ones(1);
            Tensor second = Tensors.ones(1);
            first.close();
            assertEquals(1, scope.size());
            second.close();
            assertEquals(0, scope.size());
        }
    }

    @Test
    void parametersBelongToNoScope() {
        Tensor parameter;
        try (Scope _ = Scope.open()) {
            parameter = Tensors.ones(2).asParameter();
        }
        assertFalse(parameter.isClosed());
        assertTrue(parameter.requiresGrad());
    }

    @Test
    void aScopeAdoptsWhatAnotherThreadMade() throws InterruptedException {
        AtomicReference<Tensor> made = new AtomicReference<>();
        Thread worker = new Thread(() -> made.set(Tensors.ones(2)));
        worker.start();
        worker.join();
        try (Scope scope = Scope.open()) {
            scope.adopt(List.of(made.get()));
        }
        assertTrue(made.get().isClosed());
    }
}
