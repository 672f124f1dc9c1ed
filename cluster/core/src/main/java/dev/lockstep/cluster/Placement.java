package dev.lockstep.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Lays virtual ranks out over workers: contiguous ranges in order of rank whose sizes differ by at most one. Pure.
 *
 * <p>Where a placement puts a virtual rank never changes a result, only how much work moves.
 */
public final class Placement {

    private Placement() {}

    /**
     * Lays out a first placement: the larger ranges go to the lower ranks, and workers beyond the number of virtual
     * ranks are spares with empty ranges.
     *
     * @param workers the number of workers, at least 1
     * @param virtualRanks the number of virtual ranks, at least 1
     * @return one range a worker, by rank
     * @throws IllegalArgumentException if either number is below 1
     */
    public static List<VirtualRankRange> balanced(int workers, int virtualRanks) {
        requirePositive(workers, virtualRanks);
        var larger = new boolean[workers];
        Arrays.fill(larger, 0, virtualRanks % workers, true);
        return layOut(larger, virtualRanks / workers);
    }

    /**
     * Lays out the placement that follows the loss of workers: as balanced as {@link #balanced}, and among the balanced
     * ones one that moves the fewest virtual ranks. Among equals the larger ranges go to the lower ranks. Takes
     * O(workers squared) time.
     *
     * @param survivors the ranges that the surviving workers had, by their new rank; at least one
     * @param virtualRanks the number of virtual ranks, at least 1
     * @return one range a survivor, by new rank
     * @throws IllegalArgumentException if there is no survivor or no virtual rank
     */
    public static List<VirtualRankRange> successor(List<VirtualRankRange> survivors, int virtualRanks) {
        requirePositive(survivors.size(), virtualRanks);
        return new Successor(survivors, virtualRanks).layOut();
    }

    /** Checks that ranges follow one another from 0 to the number of virtual ranks, one a member. */
    static void requireCover(List<VirtualRankRange> placement, int members, int virtualRanks) {
        int next = 0;
        for (VirtualRankRange range : placement) {
            if (range.from() != next) {
                throw new IllegalArgumentException("placement: " + range + " does not begin at " + next);
            }
            next = range.to();
        }
        if (next != virtualRanks || placement.size() != members || members == 0) {
            throw new IllegalArgumentException("placement: " + placement + " does not lay " + virtualRanks
                    + " virtual ranks out over " + members + " members");
        }
    }

    private static void requirePositive(int workers, int virtualRanks) {
        if (workers < 1 || virtualRanks < 1) {
            throw new IllegalArgumentException("placement: " + virtualRanks + " virtual ranks over " + workers
                    + " workers: both must be positive");
        }
    }

    private static List<VirtualRankRange> layOut(boolean[] larger, int smallSize) {
        List<VirtualRankRange> ranges = new ArrayList<>(larger.length);
        int from = 0;
        for (boolean more : larger) {
            int to = from + smallSize + (more ? 1 : 0);
            ranges.add(new VirtualRankRange(from, to));
            from = to;
        }
        return Collections.unmodifiableList(ranges);
    }

    /**
     * Chooses which ranks get the larger ranges. {@code kept[rank][larger]} is the most virtual ranks that ranks from
     * {@code rank} on can keep when {@code larger} larger ranges were given out before: the start of a range depends on
     * these two numbers only.
     */
    private static final class Successor {

        private static final int IMPOSSIBLE = Integer.MIN_VALUE / 2;

        private final List<VirtualRankRange> old;
        private final int smallSize;
        private final int largerCount;
        private final int[][] kept;

        Successor(List<VirtualRankRange> old, int virtualRanks) {
            this.old = old;
            this.smallSize = virtualRanks / old.size();
            this.largerCount = virtualRanks % old.size();
            this.kept = new int[old.size() + 1][largerCount + 2];
        }

        List<VirtualRankRange> layOut() {
            fill();
            var larger = new boolean[old.size()];
            int given = 0;
            for (int rank = 0; rank < larger.length; rank++) {
                larger[rank] = given < largerCount && keptIf(rank, given, 1) >= keptIf(rank, given, 0);
                given += larger[rank] ? 1 : 0;
            }
            return Placement.layOut(larger, smallSize);
        }

        private void fill() {
            Arrays.fill(kept[old.size()], IMPOSSIBLE);
            kept[old.size()][largerCount] = 0;
            for (int rank = old.size() - 1; rank >= 0; rank--) {
                kept[rank][largerCount + 1] = IMPOSSIBLE;
                for (int given = 0; given <= largerCount; given++) {
                    kept[rank][given] = Math.max(keptIf(rank, given, 0), keptIf(rank, given, 1));
                }
            }
        }

        private int keptIf(int rank, int given, int more) {
            int from = rank * smallSize + given;
            var range = new VirtualRankRange(from, from + smallSize + more);
            return range.overlap(old.get(rank)) + kept[rank + 1][given + more];
        }
    }
}
