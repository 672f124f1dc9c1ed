package dev.lockstep.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A fixed set of members and who computes what, valid until the next generation is written. Immutable.
 *
 * <p>{@code members} and {@code placement} are indexed by rank. The ranges of {@code placement} follow one another and
 * cover {@code [0, virtualRanks)} exactly; a member with an empty range is a spare.
 *
 * @param attempt the attempt that it belongs to
 * @param number 1 for the first, one more for each that follows
 * @param parent the number of the generation that it replaces, 0 for the first
 * @param members the members, by rank
 * @param placement the virtual ranks of each member, by rank
 * @param virtualRanks the job's number of virtual ranks
 * @param startStep the latest step that the coordinator had heard of when it proposed; the members settle the exact
 *     step among themselves, by who holds what
 * @param reason why it was proposed, in words
 * @param complete whether the run is finished: nobody trains in such a generation
 */
public record Generation(
        AttemptId attempt,
        long number,
        long parent,
        List<Member> members,
        List<VirtualRankRange> placement,
        int virtualRanks,
        long startStep,
        String reason,
        boolean complete) {

    /**
     * Copies the lists and checks that they fit one another.
     *
     * @throws IllegalArgumentException if the number does not follow the parent, if a member occurs twice, or if the
     *     placement does not cover the virtual ranks exactly, one range a member
     */
    public Generation {
        members = List.copyOf(members);
        placement = List.copyOf(placement);
        if (number < 1 || parent != number - 1) {
            throw new IllegalArgumentException("generation " + number + " cannot follow generation " + parent);
        }
        requireDistinct(members);
        Placement.requireCover(placement, members.size(), virtualRanks);
    }

    private static void requireDistinct(List<Member> members) {
        Set<WorkerId> seen = new HashSet<>();
        for (Member member : members) {
            if (!seen.add(member.id())) {
                throw new IllegalArgumentException("generation: worker " + member.id() + " occurs twice");
            }
        }
    }

    /** {@return the number of members, spares included} */
    public int worldSize() {
        return members.size();
    }

    /**
     * Finds the rank of a worker.
     *
     * @param worker the worker
     * @return its rank, or empty if it is no member
     */
    public OptionalInt rankOf(WorkerId worker) {
        for (int rank = 0; rank < members.size(); rank++) {
            if (members.get(rank).id().equals(worker)) {
                return OptionalInt.of(rank);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * Tells whether a worker takes part.
     *
     * @param worker the worker
     * @return whether it is a member
     */
    public boolean hasMember(WorkerId worker) {
        return rankOf(worker).isPresent();
    }
}
