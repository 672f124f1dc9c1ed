package dev.lockstep.collectives;

import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.util.ArrayList;
import java.util.List;

/**
 * The canonical sum in two stages with the same bits: each machine adds up the complete nodes of the tree that lie
 * within its ranks, and the machines' leaders add up those. Immutable.
 */
final class HostTree {
    private final TreeSum whole;
    private final List<List<Integer>> hosts;

    /**
     * Divides a sum among machines.
     *
     * @param hosts the ranks of each machine: contiguous, in order
     */
    HostTree(TreeSum whole, List<List<Integer>> hosts) {
        this.whole = whole;
        this.hosts = hosts;
    }

    private List<VirtualRanks> nodes(int host) {
        return hosts.get(host).stream()
                .flatMap(rank -> whole.nodesByRank().get(rank).stream())
                .toList();
    }

    /** {@return the largest nodes of the tree that hold nothing but what the machine's ranks bring, in order} */
    List<VirtualRanks> complete(int host) {
        List<VirtualRanks> nodes = nodes(host);
        if (nodes.isEmpty()) {
            return List.of();
        }
        VirtualRanks hull =
                new VirtualRanks(nodes.getFirst().from(), nodes.getLast().to());
        return SumTree.cover(whole.virtualRanks(), hull).stream()
                .filter(complete -> nodes.stream().anyMatch(complete::contains))
                .toList();
    }

    /** {@return the sum that the machine's ranks make of one of its complete nodes} */
    TreeSum within(int host, VirtualRanks complete) {
        List<List<VirtualRanks>> nodesByRank = hosts.get(host).stream()
                .map(rank -> inside(whole.nodesByRank().get(rank), complete))
                .toList();
        List<VirtualRanks> all = nodesByRank.stream().flatMap(List::stream).toList();
        List<TreeSum.Run> runs = new ArrayList<>();
        for (TreeSum.Run run : whole.runs()) {
            List<VirtualRanks> present = inside(run.present(), complete);
            // Of a run that none of them has, anything may come out: the leaders do not read it.
            runs.add(new TreeSum.Run(run.elements(), present.isEmpty() ? List.of(all.getFirst()) : present));
        }
        return new TreeSum(whole.virtualRanks(), whole.dtype(), nodesByRank, runs);
    }

    private static List<VirtualRanks> inside(List<VirtualRanks> nodes, VirtualRanks complete) {
        return nodes.stream().filter(complete::contains).toList();
    }

    /** {@return which of a rank's nodes, by place, lie inside a complete node} */
    List<Integer> placesInside(int rank, VirtualRanks complete) {
        List<VirtualRanks> own = whole.nodesByRank().get(rank);
        List<Integer> places = new ArrayList<>();
        for (int place = 0; place < own.size(); place++) {
            if (complete.contains(own.get(place))) {
                places.add(place);
            }
        }
        return places;
    }

    /** {@return the sum that the leaders make of all machines' complete nodes} */
    TreeSum between() {
        List<List<VirtualRanks>> nodesByHost = new ArrayList<>();
        for (int host = 0; host < hosts.size(); host++) {
            nodesByHost.add(complete(host));
        }
        List<VirtualRanks> all = nodesByHost.stream().flatMap(List::stream).toList();
        List<TreeSum.Run> runs = whole.runs().stream()
                .map(run -> new TreeSum.Run(
                        run.elements(),
                        all.stream()
                                .filter(node -> run.present().stream().anyMatch(node::contains))
                                .toList()))
                .toList();
        return new TreeSum(whole.virtualRanks(), whole.dtype(), nodesByHost, runs);
    }
}
