package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.CostProbe;
import dev.lockstep.collectives.LinkTimes;
import dev.lockstep.collectives.ProcessGroup;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Learns what messages of one generation's group cost while it works: one exchange a step, so that a recovery waits for
 * none of them. Confined to one thread at a time.
 *
 * <p>Note [All choose at the same header]: right after a step's first header every rank has heard of all others and no
 * bucket is under way; there all ranks make the next exchange of a {@link CostProbe}. What a rank has seen goes along
 * with its next header. At the first header after the last exchange all ranks have the same times of all ranks before
 * them, and choose by the slowest. Until then they go by what is assumed; either way the bits are the same.
 */
final class StepCosts {
    private static final long NONE = -1;

    private final ProcessGroup group;
    private final CostProbe probe;
    private boolean chosen;
    private long lastSequence = NONE;

    /**
     * Makes the costs of a group, not known yet.
     *
     * @param bucketBytes the length of the largest bucket, beyond which no exchange goes
     * @param nanoTime a monotonic clock
     */
    StepCosts(ProcessGroup group, long bucketBytes, LongSupplier nanoTime) {
        this.group = group;
        long largeBytes = Math.clamp(bucketBytes, CostProbe.LARGE_BYTES_MIN, CostProbe.LARGE_BYTES_MAX);
        this.probe = new CostProbe(group, largeBytes, nanoTime);
        this.chosen = group.size() == 1 || group.sharesMemory();
    }

    /** {@return what the next header says} */
    LinkTimes seen() {
        return probe.seen();
    }

    /** Goes on after a header: with the first of each step all ranks make an exchange, or choose. */
    void after(long sequence, List<StepHeader> headers) {
        if (chosen || sequence == lastSequence) {
            return;
        }
        lastSequence = sequence;
        if (!probe.isDone()) {
            probe.next();
            return;
        }
        LinkTimes slowest =
                headers.stream().map(StepHeader::seen).reduce(LinkTimes::slower).orElseThrow();
        group.chooseBy(probe.costs(slowest));
        chosen = true;
    }
}
