package dev.lockstep.collectives;

/** How an all-reduce adds up, and so in which order; every rank asks for the same. */
public enum Algorithm {
    /**
     * The canonical tree over ranks, in whichever way is fastest: the bits depend on the values and the number of ranks
     * only.
     */
    TREE,
    /**
     * A ring: each rank talks to its two neighbours only and moves the least bytes. The order of the sum is that of the
     * ring, another one for each part of the data.
     */
    RING,
    /**
     * Recursive doubling: everything goes to another partner in each of about log2(n) rounds; for few bytes and many
     * ranks. For a power of two of ranks its order is the canonical tree.
     */
    DOUBLING,
    /** Whichever of them the cost model expects to be fastest; bits may differ between sizes and networks. */
    FASTEST;

    /** {@return whether bits depend on the values and the number of ranks only, whatever the network is like} */
    public boolean isExact() {
        return this == TREE;
    }
}
