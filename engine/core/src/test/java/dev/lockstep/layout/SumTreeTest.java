package dev.lockstep.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SumTreeTest {
    @Test
    void splitsAPowerOfTwoInHalves() {
        assertEquals(4, SumTree.split(new VirtualRanks(0, 8)));
        assertEquals(6, SumTree.split(new VirtualRanks(4, 8)));
        assertEquals(7, SumTree.split(new VirtualRanks(6, 8)));
    }

    @Test
    void splitsOtherCountsAtTheLargestPowerOfTwoBelow() {
        assertEquals(4, SumTree.split(new VirtualRanks(0, 5)));
        assertEquals(4, SumTree.split(new VirtualRanks(0, 6)));
        assertEquals(2, SumTree.split(new VirtualRanks(0, 3)));
    }

    @Test
    void refusesToSplitALeaf() {
        assertThrows(IllegalArgumentException.class, () -> SumTree.split(new VirtualRanks(3, 4)));
    }

    @Test
    void countsTheNodesThatALeafCompletes() {
        VirtualRanks six = new VirtualRanks(0, 6); // ((0 1)(2 3))(4 5)
        assertEquals(
                List.of(0, 1, 0, 2, 0, 2),
                IntStream.range(0, 6)
                        .mapToObj(leaf -> SumTree.completedBy(leaf, six))
                        .toList());
        assertEquals(1, SumTree.completedBy(7, new VirtualRanks(6, 8)));
        assertEquals(0, SumTree.completedBy(3, new VirtualRanks(3, 4)));
    }

    @Test
    void coversAnAlignedRangeByOneNode() {
        assertEquals(List.of(new VirtualRanks(4, 8)), SumTree.cover(8, new VirtualRanks(4, 8)));
        assertEquals(List.of(new VirtualRanks(0, 8)), SumTree.cover(8, new VirtualRanks(0, 8)));
    }

    @Test
    void coversARangeByItsMaximalNodesInOrder() {
        assertEquals(List.of(new VirtualRanks(3, 4), new VirtualRanks(4, 6)), SumTree.cover(8, new VirtualRanks(3, 6)));
        assertEquals(
                List.of(new VirtualRanks(1, 2), new VirtualRanks(2, 4), new VirtualRanks(4, 6), new VirtualRanks(6, 7)),
                SumTree.cover(8, new VirtualRanks(1, 7)));
    }

    @Test
    void coversAnEmptyRangeByNothing() {
        assertEquals(List.of(), SumTree.cover(8, new VirtualRanks(5, 5)));
    }
}
