package dev.lockstep.collectives.transport;

import java.util.ArrayList;
import java.util.List;

/**
 * Which ranks are on which machine; every rank says the same.
 *
 * @param ranks the ranks of each machine, ascending; together all ranks
 * @param here the machine of this rank, by its place in the list
 * @param local connects the ranks of this machine, in their order
 */
public record Hosts(List<List<Integer>> ranks, int here, Transport local) {
    /** Copies the lists. */
    public Hosts {
        ranks = ranks.stream().map(List::copyOf).toList();
        if (ranks.get(here).size() != local.size()) {
            throw new IllegalArgumentException("hosts: " + local.size() + " ranks are connected on this machine, not "
                    + ranks.get(here).size());
        }
    }

    /** {@return this rank, as the whole group counts} */
    public int rank() {
        return ranks.get(here).get(local.rank());
    }

    /** {@return the lowest rank of each machine} */
    public List<Integer> leaders() {
        return ranks.stream().map(List::getFirst).toList();
    }

    /** {@return whether each machine has a run of ranks without gaps, in order, and some machine more than one} */
    public boolean isContiguous() {
        List<Integer> all = new ArrayList<>();
        ranks.forEach(all::addAll);
        boolean inOrder = true;
        for (int rank = 0; rank < all.size(); rank++) {
            inOrder &= all.get(rank) == rank;
        }
        return inOrder && ranks.size() < all.size();
    }
}
