package dev.lockstep.collectives;

import java.util.HashMap;
import java.util.Map;

/** Numbers the messages between two ranks, tag by tag. Confined to the group's caller. */
final class TagCounts {
    private record Line(int peer, int tag) {}

    private final Map<Line, Integer> counts = new HashMap<>();

    int next(int peer, int tag) {
        return counts.merge(new Line(peer, tag), 1, Integer::sum) - 1;
    }
}
