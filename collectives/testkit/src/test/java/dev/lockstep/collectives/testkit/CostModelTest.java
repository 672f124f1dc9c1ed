package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.algorithm.CostModel;
import org.junit.jupiter.api.Test;

class CostModelTest {
    @Test
    void twoRanksTakeTheTree() {
        CostModel costs = new CostModel(1e-5, 1e-6, 1e-9);
        assertEquals(Algorithm.TREE, costs.fastest(2, 4));
        assertEquals(Algorithm.TREE, costs.fastest(2, 1e9));
    }

    /** With 16 ranks and 4 bytes: direct 10 + 15 us, doubling 4 (10 + 1) us; with messages of 10 us: 160, 80 us. */
    @Test
    void doublingPaysWhereMessagesAreDear() {
        assertEquals(Algorithm.TREE, new CostModel(1e-5, 1e-6, 1e-9).fastest(16, 4));
        assertEquals(Algorithm.DOUBLING, new CostModel(1e-5, 1e-5, 1e-9).fastest(16, 4));
    }

    @Test
    void largeDataIsDivided() {
        assertEquals(Algorithm.TREE, new CostModel(1e-5, 1e-5, 1e-9).fastest(16, 1 << 30));
    }

    @Test
    void refusesCostsThatAreNone() {
        assertThrows(IllegalArgumentException.class, () -> new CostModel(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new CostModel(1, Double.NaN, 1));
        assertThrows(IllegalArgumentException.class, () -> new CostModel(1, 1, Double.POSITIVE_INFINITY));
    }
}
