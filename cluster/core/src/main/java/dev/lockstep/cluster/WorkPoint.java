package dev.lockstep.cluster;

import java.util.List;

/**
 * Says where in its work a worker was when something happened to it. Immutable.
 *
 * @param step the number of steps applied before the one in hand, or -1 if not known
 * @param virtualRanks the virtual ranks whose gradients it was computing, empty if not known or none
 * @param operation what it did, in words ({@code "all_reduce #6 bucket 3"}), empty if not known
 */
public record WorkPoint(long step, List<Integer> virtualRanks, String operation) {

    /** Nothing is known. */
    public static final WorkPoint UNKNOWN = new WorkPoint(-1, List.of(), "");

    /** Copies the virtual ranks. */
    public WorkPoint {
        virtualRanks = List.copyOf(virtualRanks);
    }

    /**
     * Finds work that both points have in common: the same step and one of the same virtual ranks.
     *
     * @param other the other point
     * @return whether the same work was in hand at both
     */
    public boolean sharesWorkWith(WorkPoint other) {
        return step >= 0 && step == other.step && virtualRanks.stream().anyMatch(other.virtualRanks::contains);
    }
}
