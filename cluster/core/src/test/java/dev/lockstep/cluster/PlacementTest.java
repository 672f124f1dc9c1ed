package dev.lockstep.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTest {

    @Test
    void givesTheLargerRangesToTheLowerRanks() {
        assertEquals(ranges(0, 3, 6, 8), Placement.balanced(3, 8));
    }

    @Test
    void splitsEvenlyWhereItCan() {
        assertEquals(ranges(0, 2, 4, 6, 8), Placement.balanced(4, 8));
    }

    @Test
    void leavesEmptyRangesToWorkersBeyondTheVirtualRanks() {
        assertEquals(ranges(0, 1, 2, 2), Placement.balanced(3, 2));
    }

    @Test
    void refusesNoWorkersAndNoVirtualRanks() {
        assertThrows(IllegalArgumentException.class, () -> Placement.balanced(0, 8));
        assertThrows(IllegalArgumentException.class, () -> Placement.balanced(2, 0));
        assertThrows(IllegalArgumentException.class, () -> Placement.successor(List.of(), 8));
    }

    @Test
    void keepsTheSurvivorsOfAnEndWhereTheyWere() {
        // Four workers of two; the last dies. Only [6, 8) must move, and [4, 6) moves by one beside it at the least.
        var survivors = ranges(0, 2, 4, 6);
        assertEquals(ranges(0, 2, 5, 8), Placement.successor(survivors, 8));
    }

    @Test
    void givesTheLostRangeToItsNeighbours() {
        // Rank 0 of [0,3) [3,6) [6,8) dies: [4,8) keeps all of [6,8), [0,4) keeps one of [3,6): the only balanced
        // layout.
        var survivors = List.of(new VirtualRankRange(3, 6), new VirtualRankRange(6, 8));
        assertEquals(ranges(0, 4, 8), Placement.successor(survivors, 8));
    }

    @Test
    void doesNotMoveWorkWhenOnlyASpareIsLost() {
        assertEquals(ranges(0, 1, 2, 2), Placement.successor(ranges(0, 1, 2, 2), 2));
    }

    @Test
    void keepsAWorkerBusyRatherThanWakeASpare() {
        // Of the spares and the two busy ones, those that hold a virtual rank keep it.
        var survivors = List.of(new VirtualRankRange(0, 0), new VirtualRankRange(0, 1), new VirtualRankRange(1, 2));
        assertEquals(ranges(0, 0, 1, 2), Placement.successor(survivors, 2));
    }

    @Test
    void movesNoMoreThanTheBestOfAllBalancedLayouts() {
        for (int workers = 1; workers <= 6; workers++) {
            for (int virtualRanks = 1; virtualRanks <= 9; virtualRanks++) {
                for (int dead = 0; dead <= workers; dead++) {
                    var survivors = new ArrayList<>(Placement.balanced(workers + 1, virtualRanks));
                    survivors.remove(dead);
                    var chosen = Placement.successor(survivors, virtualRanks);
                    Placement.requireCover(chosen, workers, virtualRanks);
                    assertEquals(mostKept(survivors, virtualRanks), kept(survivors, chosen), survivors.toString());
                }
            }
        }
    }

    /** Tries every choice of the workers that get a larger range. */
    private static int mostKept(List<VirtualRankRange> old, int virtualRanks) {
        int best = -1;
        for (int choice = 0; choice < 1 << old.size(); choice++) {
            if (Integer.bitCount(choice) == virtualRanks % old.size()) {
                best = Math.max(best, kept(old, layOut(choice, old.size(), virtualRanks)));
            }
        }
        return best;
    }

    private static List<VirtualRankRange> layOut(int choice, int workers, int virtualRanks) {
        var bounds = new int[workers + 1];
        for (int rank = 0; rank < workers; rank++) {
            bounds[rank + 1] = bounds[rank] + virtualRanks / workers + (choice >> rank & 1);
        }
        return ranges(bounds);
    }

    private static int kept(List<VirtualRankRange> before, List<VirtualRankRange> after) {
        int sum = 0;
        for (int rank = 0; rank < before.size(); rank++) {
            sum += before.get(rank).overlap(after.get(rank));
        }
        return sum;
    }

    private static List<VirtualRankRange> ranges(int... bounds) {
        List<VirtualRankRange> ranges = new ArrayList<>();
        for (int i = 1; i < bounds.length; i++) {
            ranges.add(new VirtualRankRange(bounds[i - 1], bounds[i]));
        }
        return ranges;
    }
}
