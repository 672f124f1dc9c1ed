package dev.lockstep.collectives;

import java.util.HashMap;
import java.util.Map;

/** Numbers the messages between two ranks, tag by tag. Thread-safe. */
final class TagCounts {
    private record Line(int peer, int tag) {}

    private final Map<Line, Integer> counts = new HashMap<>();

    synchronized int next(int peer, int tag) {
        return counts.merge(new Line(peer, tag), 1, Integer::sum) - 1;
    }
}
