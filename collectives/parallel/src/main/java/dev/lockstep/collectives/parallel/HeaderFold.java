package dev.lockstep.collectives.parallel;

import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.StepScalars;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What all headers of a step come to together: the nodes by rank, the summed scalars, the tensors that are carried.
 * Every worker computes the same.
 */
final class HeaderFold {
    private final int virtualRanks;
    private final List<StepHeader> headers;
    private final Map<VirtualRanks, StepHeader.Node> byRange = new HashMap<>(); // Looked up, never walked.

    HeaderFold(int virtualRanks, List<StepHeader> headers) {
        this.virtualRanks = virtualRanks;
        this.headers = List.copyOf(headers);
        headers.forEach(header -> header.nodes().forEach(node -> byRange.put(node.range(), node)));
    }

    /** {@return the ranges that each rank brings, by rank} */
    List<List<VirtualRanks>> nodesByRank() {
        return headers.stream()
                .map(header ->
                        header.nodes().stream().map(StepHeader.Node::range).toList())
                .toList();
    }

    /** {@return the ranges that have a tensor, in order} */
    List<VirtualRanks> present(int tensor) {
        return headers.stream()
                .flatMap(header -> header.nodes().stream())
                .filter(node -> node.present().get(tensor))
                .map(StepHeader.Node::range)
                .toList();
    }

    /** {@return the scalars of all virtual ranks, summed in the tree; empty if all are absent} */
    Optional<StepScalars> scalars() {
        return scalars(new VirtualRanks(0, virtualRanks));
    }

    private Optional<StepScalars> scalars(VirtualRanks range) {
        StepHeader.Node node = byRange.get(range);
        if (node != null) {
            return node.scalars();
        }
        if (range.count() == 1) {
            throw new IllegalStateException("no worker brought virtual rank " + range.from() + " of " + virtualRanks);
        }
        int split = SumTree.split(range);
        Optional<StepScalars> left = scalars(new VirtualRanks(range.from(), split));
        Optional<StepScalars> right = scalars(new VirtualRanks(split, range.to()));
        return left.isPresent() && right.isPresent() ? Optional.of(left.get().plus(right.get())) : left.or(() -> right);
    }

    /** {@return the bytes of a tensor that is not summed: those of the leftmost node that has it} */
    Optional<byte[]> carried(int tensor) {
        return headers.stream()
                .flatMap(header -> header.nodes().stream())
                .filter(node -> node.present().get(tensor))
                .map(node -> node.carried().get(tensor))
                .findFirst();
    }
}
