package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.layout.VirtualRanks;
import java.util.List;

/** What a new generation means for this worker. */
public sealed interface Formation {
    /** {@return the generation's number} */
    long generation();

    /**
     * A generation to work in. Whoever receives it owns the group.
     *
     * @param generation its number
     * @param group its workers, connected
     * @param placement the virtual ranks of each worker, by rank: contiguous, in order, together [0, V); may be empty
     */
    record Formed(long generation, ProcessGroup group, List<VirtualRanks> placement) implements Formation {
        /** Copies the list and checks its length. */
        public Formed {
            placement = List.copyOf(placement);
            if (placement.size() != group.size()) {
                throw new IllegalArgumentException(
                        "formation: " + placement.size() + " placements for " + group.size() + " workers");
            }
        }

        /** {@return the virtual ranks of this worker} */
        public VirtualRanks mine() {
            return placement.get(group.rank());
        }
    }

    /**
     * The last generation: every worker holds the last step and nobody is needed any more.
     *
     * @param generation its number
     */
    record Complete(long generation) implements Formation {}
}
