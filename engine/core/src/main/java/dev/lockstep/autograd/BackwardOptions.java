package dev.lockstep.autograd;

/**
 * How backward runs. By default it consumes the graph and records nothing.
 *
 * @param retainGraph whether the graph can be walked again
 * @param createGraph whether the gradients can be differentiated themselves; implies retainGraph
 * @param listener hears of each leaf's gradient as soon as it is complete
 * @param addends sums to which gradients of leaves are added
 */
public record BackwardOptions(boolean retainGraph, boolean createGraph, LeafListener listener, LeafAddends addends) {
    /** The defaults: consume the graph, record nothing, tell nobody. */
    public static final BackwardOptions DEFAULT =
            new BackwardOptions(false, false, (leaf, gradient) -> {}, LeafAddends.NONE);

    /** {@return these options with another choice of keeping the graph} */
    public BackwardOptions retainGraph(boolean retain) {
        return new BackwardOptions(retain, createGraph, listener, addends);
    }

    /** {@return these options with another choice of recording the gradients' own computation} */
    public BackwardOptions createGraph(boolean create) {
        return new BackwardOptions(retainGraph, create, listener, addends);
    }

    /** {@return these options with another listener} */
    public BackwardOptions listener(LeafListener other) {
        return new BackwardOptions(retainGraph, createGraph, other, addends);
    }

    /** {@return these options with sums to which gradients of leaves are added} */
    public BackwardOptions addends(LeafAddends other) {
        return new BackwardOptions(retainGraph, createGraph, listener, other);
    }

    boolean keepsGraph() {
        return retainGraph || createGraph;
    }
}
