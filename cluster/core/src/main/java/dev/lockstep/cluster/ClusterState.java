package dev.lockstep.cluster;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that the coordinator remembers. Immutable; {@link Coordinator} makes the next one.
 *
 * <p>Phases: <em>forming</em> ({@code current} and {@code pending} null), <em>proposing</em> ({@code pending} set),
 * <em>running</em> ({@code current} set, {@code pending} null), <em>finished</em> ({@code outcome} set).
 *
 * @param job the job
 * @param agents the agents that have joined and are not lost, in order of joining
 * @param workers the workers that live, in order of appearance
 * @param current the last generation that is known to be written, null before the first
 * @param pending the proposal that the register has not answered yet, null if there is none
 * @param losses the workers that were lost, in order
 * @param accusations who cannot reach whom, of the current generation or later, in order of arrival
 * @param deadlines the bounds of what is waited for, at most one a timer
 * @param step the latest step heard of
 * @param outcome how the run ended, null while it goes on
 */
public record ClusterState(
        JobSpec job,
        List<Agent> agents,
        List<Worker> workers,
        @Nullable Generation current,
        @Nullable Generation pending,
        List<Loss> losses,
        List<Accusation> accusations,
        List<Deadline> deadlines,
        long step,
        ClusterEffect.@Nullable Finish outcome) {

    /** Copies the lists. */
    public ClusterState {
        agents = List.copyOf(agents);
        workers = List.copyOf(workers);
        losses = List.copyOf(losses);
        accusations = List.copyOf(accusations);
        deadlines = List.copyOf(deadlines);
    }

    /**
     * An agent that takes part.
     *
     * @param id the agent
     * @param host its machine
     * @param slots the number of workers that it can run
     */
    public record Agent(AgentId id, String host, int slots) {}

    /**
     * A worker that lives.
     *
     * @param member who and where it is
     * @param status how far it has come
     */
    public record Worker(Member member, WorkerStatus status) {}

    /**
     * A worker that was lost.
     *
     * @param member who and where it was
     * @param cause why
     * @param at where in its work it was
     */
    public record Loss(Member member, String cause, WorkPoint at) {}

    /**
     * A worker's word that it cannot reach another.
     *
     * @param reporter who says so
     * @param accused about whom
     * @param generation the generation of their group
     * @param cause what it saw
     * @param at where in its work the reporter was
     */
    public record Accusation(WorkerId reporter, WorkerId accused, long generation, String cause, WorkPoint at) {}

    /** {@return when the driver must send the next {@link ClusterEvent.TimedOut}, or empty if nothing is waited for} */
    public Optional<Deadline> nextDeadline() {
        return deadlines.stream().min(Comparator.comparingLong(Deadline::atNanos));
    }

    /**
     * Finds a living worker.
     *
     * @param id the worker
     * @return the worker, or empty if it is unknown or lost
     */
    public Optional<Worker> worker(WorkerId id) {
        return workers.stream().filter(w -> w.member().id().equals(id)).findFirst();
    }

    /** {@return whether the run has ended} */
    public boolean finished() {
        return outcome != null;
    }

    /** {@return the members of the current generation that live, by rank} */
    List<Member> survivors() {
        return current == null
                ? List.of()
                : current.members().stream()
                        .filter(m -> worker(m.id()).isPresent())
                        .toList();
    }

    /**
     * Checks what must hold between the parts.
     *
     * @throws AssertionError if it does not
     */
    public void assertInvariants() {
        check(distinct(workers.stream().map(w -> w.member().id()).toList()), "a worker occurs twice");
        check(distinct(agents.stream().map(Agent::id).toList()), "an agent occurs twice");
        check(distinct(deadlines.stream().map(Deadline::timer).toList()), "a timer has two deadlines");
        check(current == null || current.attempt().equals(job.attempt()), "the generation is of another attempt");
        check(
                pending == null || pending.number() == (current == null ? 1 : current.number() + 1),
                "the proposal does not follow the current generation");
        boolean lostOneLives =
                losses.stream().anyMatch(l -> worker(l.member().id()).isPresent());
        check(!lostOneLives, "a lost worker lives");
        check(outcome == null || (pending == null && deadlines.isEmpty()), "a finished run waits for something");
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("cluster state: " + what + ": " + this);
        }
    }

    private static boolean distinct(List<?> values) {
        Set<Object> seen = new HashSet<>(values);
        return seen.size() == values.size();
    }
}
