package dev.lockstep.launcher.agent;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts together what is seen of a child's end: its exit is judged only once its link is drained, since its last words
 * say whether it ended or died. Keeps the first evidence of losses until a generation has recovered from them. Confined
 * to the agent's thread.
 */
final class Departures {
    private static final long DRAIN_NANOS_MAX = 300_000_000;

    private final Map<Child, Pending> pending = new HashMap<>();
    private final List<Long> evidence = new ArrayList<>();

    /** A child that is reaped and has nothing more to say. */
    record Departure(Child child, int code) {}

    private record Pending(int code, boolean exited, boolean disconnected, long sinceNanos) {}

    Optional<Departure> exited(Child child, int code, long evidenceNanos, long nowNanos) {
        noteDeath(child, evidenceNanos);
        Pending before = pending.get(child);
        boolean drained = before != null && before.disconnected;
        return settle(child, new Pending(code, true, drained, nowNanos));
    }

    Optional<Departure> disconnected(Child child, long atNanos) {
        noteDeath(child, atNanos);
        Pending before = pending.get(child);
        if (before == null) {
            pending.put(child, new Pending(0, false, true, atNanos));
            return Optional.empty();
        }
        return settle(child, new Pending(before.code, before.exited, true, before.sinceNanos));
    }

    /** {@return children whose link was never opened or does not end though they are gone} */
    List<Departure> due(long nowNanos) {
        List<Departure> due = pending.entrySet().stream()
                .filter(entry -> entry.getValue().exited && nowNanos - entry.getValue().sinceNanos > DRAIN_NANOS_MAX)
                .map(entry -> new Departure(entry.getKey(), entry.getValue().code))
                .toList();
        due.forEach(departure -> pending.remove(departure.child()));
        return due;
    }

    void noteEvidence(long nanos) {
        evidence.add(nanos);
    }

    /** {@return the earliest evidence of a loss not recovered from yet, and forgets it; empty if there is none} */
    Optional<Long> takeEvidence() {
        Optional<Long> first = evidence.stream().min(Long::compare);
        evidence.clear();
        return first;
    }

    private Optional<Departure> settle(Child child, Pending now) {
        if (child.reaped) {
            return Optional.empty();
        }
        if (now.exited && now.disconnected) {
            pending.remove(child);
            return Optional.of(new Departure(child, now.code));
        }
        pending.put(child, now);
        return Optional.empty();
    }

    private static void noteDeath(Child child, long nanos) {
        if (child.evidenceNanos == 0 || nanos < child.evidenceNanos) {
            child.evidenceNanos = nanos;
        }
    }
}
