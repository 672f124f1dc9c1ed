package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One recorded op: where its inputs come from and what its gradient rule needs. Counted by the edges that lead to it;
 * at zero it lets go of what it saved and of its own edges, without recursion. Confined to one thread at a time.
 */
final class Node {
    private final Op op;
    private final Rule rule;
    private final long sequence;
    private final Value.@Nullable Slot[] edges;
    private final Shape[] inputShapes;
    private final DType[] inputTypes;
    private final @Nullable Saved[] inputs;
    private final @Nullable Saved[] outputs;
    private int references;
    private boolean consumed;

    /** Where the op was made, while anomalies are looked for. */
    private final @Nullable OpOrigin origin = AnomalyMode.isEnabled() ? new OpOrigin() : null;

    private final Map<Integer, Hooks> hooks = new HashMap<>();

    /** The gradients of the outputs while a backward runs. */
    private final @Nullable Value[] gradients;

    private Node(Op op, Rule rule, Value[] from, int outputCount) {
        this.op = op;
        this.rule = rule;
        this.edges = new Value.Slot[from.length];
        this.inputShapes = new Shape[from.length];
        this.inputTypes = new DType[from.length];
        this.inputs = new Saved[from.length];
        this.outputs = new Saved[outputCount];
        this.gradients = new Value[outputCount];
        long last = 0;
        for (int i = 0; i < from.length; i++) {
            inputShapes[i] = from[i].shape();
            inputTypes[i] = from[i].dtype();
            edges[i] = from[i].dtype().isFloating() ? Edge.share(from[i].slot()) : null;
            if (edges[i] instanceof Edge edge) {
                last = Math.max(last, edge.node().sequence);
            }
        }
        this.sequence = GradMode.nextSequence(last);
    }

    /** Records an op that has run, and hangs an edge on each output that can have a gradient. */
    static void record(Op op, Rule rule, Value[] from, Value[] to) {
        Node node = new Node(op, rule, from, to.length);
        for (int i = 0; i < from.length; i++) {
            node.inputs[i] = rule.savesInput(i) ? Saved.of(from[i]) : null;
        }
        for (int i = 0; i < to.length; i++) {
            node.outputs[i] = rule.savesOutput(i) ? Saved.of(to[i]) : null;
            if (i < rule.differentiable() && to[i].dtype().isFloating()) {
                to[i].setSlot(new Edge(node, i));
            }
        }
    }

    Op op() {
        return op;
    }

    Rule rule() {
        return rule;
    }

    long sequence() {
        return sequence;
    }

    int inputCount() {
        return edges.length;
    }

    int outputCount() {
        return gradients.length;
    }

    Value.@Nullable Slot edge(int input) {
        return edges[input];
    }

    Shape inputShape(int input) {
        return inputShapes[input];
    }

    DType inputType(int input) {
        return inputTypes[input];
    }

    Value savedInput(int input) {
        return saved(inputs[input], "input " + input);
    }

    Value savedOutput(int output) {
        return saved(outputs[output], "output " + output);
    }

    private Value saved(@Nullable Saved saved, String what) {
        if (saved == null) {
            throw new AssertionError(op.label() + ": its gradient rule asks for " + what + ", which it did not save");
        }
        return saved.checked(op);
    }

    @Nullable
    Value gradient(int output) {
        return gradients[output];
    }

    void setGradient(int output, @Nullable Value gradient) {
        gradients[output] = gradient;
    }

    boolean hasGradient() {
        for (Value gradient : gradients) {
            if (gradient != null) {
                return true;
            }
        }
        return false;
    }

    @Nullable
    OpOrigin origin() {
        return origin;
    }

    Hooks hooks(int output) {
        return hooks.computeIfAbsent(output, unseen -> new Hooks());
    }

    /** Runs the gradients, which are complete now, through the hooks of their outputs. */
    void applyHooks() {
        for (Map.Entry<Integer, Hooks> entry : hooks.entrySet()) {
            int output = entry.getKey();
            Value gradient = gradients[output];
            if (gradient != null) {
                gradients[output] = null;
                gradients[output] = entry.getValue().apply(gradient);
            }
        }
    }

    void closeGradients() {
        for (int i = 0; i < gradients.length; i++) {
            Value gradient = gradients[i];
            if (gradient != null) {
                gradient.close();
                gradients[i] = null;
            }
        }
    }

    void checkNotConsumed() {
        if (consumed) {
            throw new IllegalStateException(
                    "backward: the graph of op " + op.label() + " was already walked back and its saved"
                            + " values were released; to do it twice call"
                            + " backward(o -> o.retainGraph(true)) the first time");
        }
    }

    void retain() {
        references++;
    }

    void release() {
        if (--references == 0) {
            Deque<Node> dying = new ArrayDeque<>();
            dying.add(this);
            while (!dying.isEmpty()) {
                dying.remove().letGo(dying);
            }
        }
    }

    /** Lets go of everything after backward has run this node; what dies of it dies too. */
    void consume() {
        consumed = true;
        Deque<Node> dying = new ArrayDeque<>();
        letGo(dying);
        while (!dying.isEmpty()) {
            dying.remove().letGo(dying);
        }
    }

    private void letGo(Deque<Node> dying) {
        closeGradients();
        close(inputs);
        close(outputs);
        for (int i = 0; i < edges.length; i++) {
            if (edges[i] instanceof Edge edge && --edge.node().references == 0) {
                dying.add(edge.node());
            }
            edges[i] = null;
        }
    }

    private static void close(@Nullable Saved[] saved) {
        for (int i = 0; i < saved.length; i++) {
            Saved one = saved[i];
            if (one != null) {
                one.value().close();
                saved[i] = null;
            }
        }
    }
}
