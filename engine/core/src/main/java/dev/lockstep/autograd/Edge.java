package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import org.jspecify.annotations.Nullable;

/**
 * Ties a value to the node that computed it. Each edge counts as one reference on its node until it is closed. Confined
 * to the thread of its graph.
 */
final class Edge implements Value.Slot {
    private final Node node;
    private final int output;

    Edge(Node node, int output) {
        this.node = node;
        this.output = output;
        node.retain();
    }

    Node node() {
        return node;
    }

    int output() {
        return output;
    }

    /** {@return another slot that says the same: a leaf itself, or one more edge} */
    static Value.@Nullable Slot share(Value.@Nullable Slot slot) {
        return slot instanceof Edge edge ? new Edge(edge.node, edge.output) : slot;
    }

    /** {@return another value on the same memory with the same history} */
    static Value share(Value value) {
        Value shared = value.alias();
        shared.setSlot(share(value.slot()));
        return shared;
    }

    @Override
    public void close() {
        node.release();
    }
}
