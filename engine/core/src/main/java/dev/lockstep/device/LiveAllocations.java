package dev.lockstep.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes down what holds a pool's memory: the largest groups of live blocks, by where they were allocated. */
final class LiveAllocations {
    private static final int LINES_MAX = 10;
    private static final double MIB = 1 << 20;

    private LiveAllocations() {}

    private record Group(String label, long count, long bytes) {
        Group plus(long more) {
            return new Group(label, count + 1, bytes + more);
        }
    }

    static String describe(MemoryStats stats, Device device, long wantedBytes, Collection<Block> blocks) {
        StringBuilder text = new StringBuilder("no memory on ").append(device).append(": ");
        text.append(String.format(
                Locale.ROOT,
                "%.1f MiB asked for, %.1f MiB in use, %.1f MiB reserved, limit %.1f MiB.",
                wantedBytes / MIB,
                stats.bytesInUse() / MIB,
                stats.bytesReserved() / MIB,
                stats.limitBytes() / MIB));
        text.append(" Use smaller batches, close tensors earlier or raise the limit. Largest live allocations:");
        for (Group group : groups(blocks)) {
            text.append(String.format(
                    Locale.ROOT, "%n  %.1f MiB in %d blocks of %s", group.bytes / MIB, group.count, group.label));
        }
        return text.toString();
    }

    private static List<Group> groups(Collection<Block> blocks) {
        Map<String, Group> byLabel = new TreeMap<>();
        for (Block block : blocks) {
            if (block.isInUse()) {
                String label = label(block);
                byLabel.merge(label, new Group(label, 1, block.sizeBytes()), (old, one) -> old.plus(one.bytes));
            }
        }
        List<Group> sorted = new ArrayList<>(byLabel.values());
        sorted.sort(Comparator.comparingLong(Group::bytes).reversed());
        return sorted.subList(0, Math.min(LINES_MAX, sorted.size()));
    }

    /** Blocks of unknown origin are told apart by their size. */
    private static String label(Block block) {
        String recorded = block.label();
        return recorded == null ? block.sizeBytes() + " bytes" : recorded.isEmpty() ? "no module" : recorded;
    }
}
