package dev.lockstep.autograd;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.Copy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One walk over a graph from its root to its leaves: the nodes in falling order of their numbers, each gradient summed
 * in the order in which its contributions come. Nothing depends on threads or timing. Confined to one thread.
 */
final class Backward {
    private static final Binary ADD = new Binary(BinaryKind.ADD);
    private static final Copy COPY = new Copy(Copy.Order.CONTIGUOUS);

    private final Backend backend;
    private final BackwardOptions options;
    private final Map<Leaf, Sum> sums = new LinkedHashMap<>();
    private final Map<Leaf, Value> complete = new LinkedHashMap<>();
    private final Map<Node, Map<Integer, @Nullable Value>> captures = new HashMap<>();

    /** The gradient of a leaf so far, and how many contributions are still to come. */
    private static final class Sum {
        private @Nullable Value value;
        private int awaited;
    }

    Backward(Backend backend, BackwardOptions options) {
        this.backend = backend;
        this.options = options;
    }

    /**
     * Walks back from roots with their gradients, of which this takes ownership.
     *
     * @param wanted values in between whose gradients are wanted too
     */
    Map<Leaf, Value> run(Map<Edge, Value> roots, List<Edge> wanted) {
        List<Node> order = reachable(roots.keySet());
        for (Edge edge : wanted) {
            captures.computeIfAbsent(edge.node(), unseen -> new HashMap<>()).put(edge.output(), null);
        }
        order.forEach(Node::retain);
        try {
            order.forEach(Node::checkNotConsumed);
            roots.forEach((root, gradient) -> accumulate(root, gradient));
            order.forEach(this::step);
            return complete;
        } catch (RuntimeException | Error failure) {
            closeAll();
            throw failure;
        } finally {
            order.forEach(Node::closeGradients);
            order.forEach(Node::release);
        }
    }

    /**
     * {@return the gradient of a value in between that was wanted, or null if nothing depended on it} The caller owns
     * it.
     */
    @Nullable
    Value captured(Edge edge) {
        Map<Integer, @Nullable Value> ofNode = captures.get(edge.node());
        @Nullable Value found = ofNode == null ? null : ofNode.get(edge.output());
        return found == null ? null : Edge.share(found);
    }

    /**
     * {@return the nodes from which the roots were computed, by falling number} Counts what each leaf has to wait for.
     */
    private List<Node> reachable(Set<Edge> roots) {
        Set<Node> seen = new HashSet<>();
        List<Node> found = new ArrayList<>();
        Deque<Node> open = new ArrayDeque<>();
        for (Edge root : roots) {
            if (seen.add(root.node())) {
                open.push(root.node());
            }
        }
        while (!open.isEmpty()) {
            Node node = open.pop();
            found.add(node);
            for (int i = 0; i < node.inputCount(); i++) {
                if (node.edge(i) instanceof Edge edge && seen.add(edge.node())) {
                    open.push(edge.node());
                } else if (node.edge(i) instanceof Leaf leaf) {
                    sums.computeIfAbsent(leaf, unseen -> new Sum()).awaited++;
                }
            }
        }
        found.sort(Comparator.comparingLong(Node::sequence).reversed());
        return found;
    }

    private void step(Node node) {
        List<Leaf> finished = new ArrayList<>();
        if (node.hasGradient()) {
            node.applyHooks();
            capture(node);
            propagate(node);
        }
        for (int i = 0; i < node.inputCount(); i++) {
            if (node.edge(i) instanceof Leaf leaf && --sum(leaf).awaited == 0) {
                finished.add(leaf);
            }
        }
        if (options.keepsGraph()) {
            node.closeGradients();
        } else {
            node.consume();
        }
        finished.forEach(this::finish);
    }

    private void capture(Node node) {
        Map<Integer, @Nullable Value> ofNode = captures.get(node);
        if (ofNode == null) {
            return;
        }
        for (Map.Entry<Integer, @Nullable Value> entry : ofNode.entrySet()) {
            Value gradient = node.gradient(entry.getKey());
            if (gradient != null) {
                entry.setValue(Edge.share(gradient));
            }
        }
    }

    private void propagate(Node node) {
        try (Derivation derivation = new Derivation(node, backend, options.createGraph(), this::offer)) {
            @Nullable Value[] gradients = node.rule().backward().apply(derivation);
            for (int i = 0; i < gradients.length; i++) {
                Value gradient = gradients[i];
                if (gradient != null && node.edge(i) != null) {
                    check(node, i, gradient, derivation);
                    accumulate(node.edge(i), derivation.claim(gradient));
                }
            }
        }
    }

    private static void check(Node node, int input, Value gradient, Derivation derivation) {
        checkShape(node, input, gradient);
        if (AnomalyMode.isEnabled()) {
            refuseNan(node, input, derivation.isNan(gradient));
        }
    }

    private static void refuseNan(Node node, int input, boolean isNan) {
        if (isNan) {
            String where =
                    node.origin() == null ? "; detect anomalies in forward as well to see where it was made" : "";
            ArithmeticException anomaly =
                    new ArithmeticException("backward: op " + node.op().label() + " gave NaN as gradient of its input "
                            + input + " " + node.inputShape(input) + where);
            if (node.origin() != null) {
                anomaly.initCause(node.origin());
            }
            throw anomaly;
        }
    }

    private static void checkShape(Node node, int input, Value gradient) {
        if (!gradient.shape().equals(node.inputShape(input))) {
            throw new AssertionError("gradient of " + node.op().label() + " for input " + input + " has shape "
                    + gradient.shape() + ", the input " + node.inputShape(input));
        }
    }

    private void accumulate(Value.@Nullable Slot target, Value gradient) {
        switch (target) {
            case Leaf leaf -> {
                Sum sum = sum(leaf);
                sum.value = plus(sum.value, gradient);
            }
            case Edge edge -> {
                Value before = edge.node().gradient(edge.output());
                edge.node().setGradient(edge.output(), plus(before, gradient));
            }
            case null, default -> throw new AssertionError("a gradient for " + target);
        }
    }

    /** Offers a product if it is a leaf's whole gradient and nobody wants to see that. Returns whether it was taken. */
    private boolean offer(Leaf leaf, Value left, Value right) {
        Sum sum = sum(leaf);
        boolean isWhole = sum.value == null && sum.awaited == 1;
        boolean isSeen = !leaf.hooks().isEmpty() || AnomalyMode.isEnabled();
        return isWhole && !isSeen && options.products().take(leaf, left, right);
    }

    private Value plus(@Nullable Value before, Value next) {
        if (before == null) {
            return next;
        }
        try (before;
                next) {
            return backend.execute(ADD, before, next)[0];
        }
    }

    private Sum sum(Leaf leaf) {
        Sum sum = sums.get(leaf);
        if (sum == null) {
            throw new AssertionError("a leaf that was not reached");
        }
        return sum;
    }

    /** Delivers the gradient of a leaf in memory of its own, so that nobody else sees it change. */
    private void finish(Leaf leaf) {
        Sum sum = sum(leaf);
        Value value = sum.value;
        if (value == null) {
            return;
        }
        sum.value = null;
        if (!value.storage().isExclusive() || !value.layout().isContiguous()) {
            try (Value shared = value) {
                value = backend.execute(COPY, shared)[0];
            }
        }
        value = leaf.hooks().isEmpty() ? value : leaf.hooks().apply(value);
        complete.put(leaf, value);
        options.listener().onComplete(leaf, value);
    }

    /** Lets go of the gradients in between. */
    void closeCaptures() {
        captures.values()
                .forEach(ofNode ->
                        ofNode.values().stream().filter(Objects::nonNull).forEach(Value::close));
        captures.clear();
    }

    private void closeAll() {
        complete.values().forEach(Value::close);
        closeCaptures();
        for (Sum sum : sums.values()) {
            if (sum.value != null) {
                sum.value.close();
            }
        }
    }
}
