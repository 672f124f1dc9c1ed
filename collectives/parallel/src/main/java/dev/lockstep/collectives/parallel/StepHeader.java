package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.LinkTimes;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.StepScalars;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a worker tells all others before a step's buckets move: how far it is, which nodes it brings, which tensors each
 * has, and what is small enough to travel here: scalars and tensors that are not summed.
 *
 * @param sequence the reduction under way
 * @param held the last reduction whose result this worker holds, -1 if none
 * @param nodes the nodes this worker brings, in order
 * @param inputs what it gives to its guardian before: one a virtual rank, see {@link Guardians}
 * @param seen how long its messages took so far
 */
record StepHeader(long sequence, long held, List<Node> nodes, List<Node> inputs, LinkTimes seen) {
    /**
     * One node.
     *
     * @param range its virtual ranks
     * @param present which tensors of the plan it has
     * @param scalars its scalars, empty if the node is absent
     * @param carried the bytes of tensors that are not summed, by index in the plan
     */
    record Node(VirtualRanks range, BitSet present, Optional<StepScalars> scalars, Map<Integer, byte[]> carried) {}

    /** Makes a header outside of a step, with nothing to give. */
    StepHeader(long sequence, long held, List<Node> nodes) {
        this(sequence, held, nodes, List.of(), LinkTimes.NONE);
    }

    StepHeader {
        nodes = List.copyOf(nodes);
        inputs = List.copyOf(inputs);
    }
}
