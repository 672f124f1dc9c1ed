package dev.lockstep.autograd;

/**
 * How backward runs. By default it consumes the graph and records nothing.
 *
 * @param retainGraph whether the graph can be walked again
 * @param createGraph whether the gradients can be differentiated themselves; implies retainGraph
 * @param listener hears of each leaf's gradient as soon as it is complete
 * @param products takes over gradients of leaves that are products
 */
public record BackwardOptions(boolean retainGraph, boolean createGraph, LeafListener listener, LeafProducts products) {
    /** The defaults: consume the graph, record nothing, tell nobody. */
    public static final BackwardOptions DEFAULT =
            new BackwardOptions(false, false, (leaf, gradient) -> {}, LeafProducts.NONE);

    /** {@return these options with another choice of keeping the graph} */
    public BackwardOptions retainGraph(boolean retain) {
        return new BackwardOptions(retain, createGraph, listener, products);
    }

    /** {@return these options with another choice of recording the gradients' own computation} */
    public BackwardOptions createGraph(boolean create) {
        return new BackwardOptions(retainGraph, create, listener, products);
    }

    /** {@return these options with another listener} */
    public BackwardOptions listener(LeafListener other) {
        return new BackwardOptions(retainGraph, createGraph, other, products);
    }

    /** {@return these options with another taker of gradients that are products} */
    public BackwardOptions products(LeafProducts other) {
        return new BackwardOptions(retainGraph, createGraph, listener, other);
    }

    boolean keepsGraph() {
        return retainGraph || createGraph;
    }
}
