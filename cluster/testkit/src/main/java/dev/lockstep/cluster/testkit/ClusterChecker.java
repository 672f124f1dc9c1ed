package dev.lockstep.cluster.testkit;

import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.GenerationRegister;
import dev.lockstep.cluster.Member;
import dev.lockstep.cluster.VirtualRankRange;
import dev.lockstep.cluster.WorkerId;
import java.util.Optional;
import java.util.Set;

/** The rules that must hold in every run, whatever happens. Throws {@link AssertionError} where one is broken. */
public final class ClusterChecker {

    private final GenerationRegister register;
    private final AttemptId attempt;

    /**
     * Watches one attempt.
     *
     * @param register the register that decides
     * @param attempt the attempt
     */
    public ClusterChecker(GenerationRegister register, AttemptId attempt) {
        this.register = register;
        this.attempt = attempt;
    }

    /**
     * Checks a proposal: it follows a written generation, covers the virtual ranks, and has no member that its
     * coordinator knows to be dead.
     *
     * @param proposal the proposal
     * @param knownDead the workers whose death the coordinator has heard of
     */
    public void proposed(Generation proposal, Set<WorkerId> knownDead) {
        check(proposal.attempt().equals(attempt), "a proposal for another attempt", proposal);
        check(
                proposal.parent() == 0
                        || register.read(attempt, proposal.parent()).isPresent(),
                "the parent of a proposal is not written",
                proposal);
        checkCover(proposal);
        for (Member member : proposal.members()) {
            boolean dead = knownDead.contains(member.id());
            check(!dead || proposal.complete(), "a proposal has the dead worker " + member.id(), proposal);
        }
    }

    /**
     * Checks an announcement: the register holds exactly this generation.
     *
     * @param announced the generation
     */
    public void announced(Generation announced) {
        Optional<Generation> written = register.read(attempt, announced.number());
        check(written.equals(Optional.of(announced)), "announced but not written", announced);
        check(!announced.complete(), "completion is announced for training", announced);
    }

    /**
     * Checks the end of a run: numbers without a gap, completion only at the end, and exit code 0 only with it.
     *
     * @param exitCode the exit code of a coordinator
     */
    public void finished(int exitCode) {
        long last = register.latest(attempt).map(Generation::number).orElse(0L);
        for (long number = 1; number <= last; number++) {
            long current = number;
            Generation generation = register.read(attempt, number)
                    .orElseThrow(() -> new AssertionError("generation " + current + " of " + last + " is missing"));
            check(generation.parent() == number - 1, "a generation has another parent", generation);
            check(!generation.complete() || number == last, "something follows completion", generation);
        }
        boolean complete = register.latest(attempt).map(Generation::complete).orElse(false);
        if (exitCode == 0 && !complete) {
            throw new AssertionError("exit code 0, but the register holds no completion");
        }
    }

    private static void checkCover(Generation generation) {
        int next = 0;
        int smallest = Integer.MAX_VALUE;
        int largest = 0;
        for (VirtualRankRange range : generation.placement()) {
            check(range.from() == next, "the placement has a gap or an overlap", generation);
            next = range.to();
            smallest = Math.min(smallest, range.count());
            largest = Math.max(largest, range.count());
        }
        check(next == generation.virtualRanks(), "the placement does not cover the virtual ranks", generation);
        check(largest - smallest <= 1, "the placement is not balanced", generation);
    }

    private static void check(boolean holds, String what, Generation generation) {
        if (!holds) {
            throw new AssertionError(what + ": " + generation);
        }
    }
}
