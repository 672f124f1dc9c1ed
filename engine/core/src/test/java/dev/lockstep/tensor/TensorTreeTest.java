package dev.lockstep.tensor;

import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorTreeTest {
    private final Scope scope = Scope.open("test");

    private record Leafy(String name, Tensor one, List<Tensor> more, Map<String, Optional<Tensor>> named) {}

    private record Picky(Tensor positive) {
        Picky {
            if (positive.item() < 0) {
                throw new IllegalArgumentException("negative");
            }
        }
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void changesEachTensorAndKeepsTheRest() {
        Map<String, Optional<Tensor>> named = new LinkedHashMap<>();
        named.put("b", Optional.of(tensor(3.0)));
        named.put("a", Optional.empty());
        Leafy leafy = new Leafy("name", tensor(1.0), List.of(tensor(2.0)), named);
        Leafy changed = TensorTree.map(leafy, Tensor::neg);
        assertEquals("name", changed.name());
        assertEquals(-1, changed.one().item());
        assertEquals(-2, changed.more().getFirst().item());
        assertEquals(List.of("b", "a"), List.copyOf(changed.named().keySet()));
        assertEquals(-3, changed.named().get("b").orElseThrow().item());
        assertEquals(Optional.empty(), changed.named().get("a"));
        assertEquals(1, leafy.one().item());
    }

    @Test
    void changesArraysInCopies() {
        Tensor[] pair = {tensor(1.0), tensor(2.0)};
        Tensor[] changed = TensorTree.map(pair, t -> t.add(1L));
        assertArrayEquals(new double[] {2, 3}, new double[] {changed[0].item(), changed[1].item()});
        assertEquals(1, pair[0].item());
    }

    @Test
    void whatDoesNotChangeIsNotMadeAnew() {
        Leafy leafy = new Leafy("name", tensor(1.0), List.of(tensor(2.0)), Map.of());
        assertSame(leafy, TensorTree.map(leafy, t -> t));
        Object other = new Object();
        assertSame(other, TensorTree.map(other, Tensor::neg));
    }

    @Test
    void aRecordThatRefusesIsNamed() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> TensorTree.map(new Picky(tensor(1.0)), Tensor::neg));
        assertEquals("tensor tree: cannot make another " + Picky.class.getName(), refused.getMessage());
    }
}
