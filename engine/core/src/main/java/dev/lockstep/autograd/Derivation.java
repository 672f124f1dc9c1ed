package dev.lockstep.autograd;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Creation.Full;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Elementwise.Where;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction.Reduce;
import dev.lockstep.backend.op.Shaping.Reshape;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a gradient rule sees of its node, and the ops it computes with. Whatever it computes is closed when the rule is
 * done, except for what it returns. Confined to backward's thread.
 */
final class Derivation implements AutoCloseable {
    private final Node node;
    private final Backend backend;
    private final boolean recording;
    private final LeafProducts products;
    private final List<Value> made = new ArrayList<>();

    Derivation(Node node, Backend backend, boolean recording, LeafProducts products) {
        this.node = node;
        this.backend = backend;
        this.recording = recording;
        this.products = products;
    }

    Backend backend() {
        return backend;
    }

    /** {@return whether the gradient's own computation is recorded, so that only ops with a gradient may be used} */
    boolean isRecording() {
        return recording;
    }

    String label() {
        return node.op().label();
    }

    int inputCount() {
        return node.inputCount();
    }

    int outputCount() {
        return node.outputCount();
    }

    /** Takes over values that a user's rule made; those that it was given stay whose they are. */
    @Nullable
    Value[] adoptAll(@Nullable Value[] values, List<Value> given) {
        for (Value value : values) {
            if (value != null && !containsSame(given, value) && !containsSame(made, value)) {
                made.add(value);
            }
        }
        return values;
    }

    private static boolean containsSame(List<Value> values, Value value) {
        return values.stream().anyMatch(other -> other == value);
    }

    /** {@return whether anybody wants the gradient of an input} */
    boolean needs(int input) {
        return node.edge(input) != null;
    }

    Shape inputShape(int input) {
        return node.inputShape(input);
    }

    DType inputType(int input) {
        return node.inputType(input);
    }

    /** {@return the gradient of the first output} */
    Value gradient() {
        Value gradient = node.gradient(0);
        if (gradient == null) {
            throw new AssertionError(label() + ": backward without a gradient");
        }
        return gradient;
    }

    @Nullable
    Value gradient(int output) {
        return node.gradient(output);
    }

    /** {@return a saved input} */
    Value input(int input) {
        Value saved = node.savedInput(input);
        return recording ? withSlot(saved, Edge.share(node.edge(input))) : saved;
    }

    /** {@return a saved output} */
    Value output(int output) {
        Value saved = node.savedOutput(output);
        return recording && output < node.rule().differentiable() ? withSlot(saved, new Edge(node, output)) : saved;
    }

    private Value withSlot(Value saved, Value.@Nullable Slot slot) {
        Value shared = saved.alias();
        shared.setSlot(slot);
        made.add(shared);
        return shared;
    }

    /** Executes an op of one output. */
    Value run(Op op, Value... inputs) {
        return runAll(op, inputs)[0];
    }

    /** Executes an op. */
    Value[] runAll(Op op, Value... inputs) {
        Value[] outputs = backend.execute(op, inputs);
        made.addAll(List.of(outputs));
        return outputs;
    }

    /** {@return an input's gradient, which is one product, or null if somebody takes the product as it is} */
    @Nullable
    Value product(int input, Op product, Value left, Value right) {
        boolean mayBeTaken = !recording && product instanceof Contraction.Matmul;
        boolean isTaken = mayBeTaken && node.edge(input) instanceof Leaf leaf && products.take(leaf, left, right);
        return isTaken ? null : run(product, left, right);
    }

    Value unary(UnaryKind kind, Value x) {
        return run(new Unary(kind), x);
    }

    Value binary(BinaryKind kind, Value a, Value b) {
        return run(new Binary(kind), a, b);
    }

    Value add(Value a, Value b) {
        return binary(BinaryKind.ADD, a, b);
    }

    Value sub(Value a, Value b) {
        return binary(BinaryKind.SUB, a, b);
    }

    Value mul(Value a, Value b) {
        return binary(BinaryKind.MUL, a, b);
    }

    Value div(Value a, Value b) {
        return binary(BinaryKind.DIV, a, b);
    }

    Value neg(Value x) {
        return unary(UnaryKind.NEG, x);
    }

    Value scalar(BinaryKind kind, Value x, double number) {
        return run(new BinaryScalar(kind, number, false), x);
    }

    Value mul(Value x, double factor) {
        return scalar(BinaryKind.MUL, x, factor);
    }

    Value add(Value x, double number) {
        return scalar(BinaryKind.ADD, x, number);
    }

    /** {@return {@code g} where the condition holds, zero elsewhere} */
    Value masked(Value condition, Value g) {
        return run(new Where(), condition, g, zero(g.dtype()));
    }

    /** {@return a 0-dim zero} */
    Value zero(DType dtype) {
        return run(new Full(Shape.of(), dtype, 0));
    }

    /** {@return zeros of an input's shape} */
    Value zeros(int input) {
        return run(new Full(inputShape(input), inputType(input), 0));
    }

    /** {@return whether any element is NaN} */
    boolean isNan(Value x) {
        try (GradMode.Restore _ = GradMode.noGrad()) {
            return holdsAnywhere(unary(UnaryKind.IS_NAN, x));
        }
    }

    /** {@return whether any element is zero} */
    boolean hasZero(Value x) {
        try (GradMode.Restore _ = GradMode.noGrad()) {
            return holdsAnywhere(scalar(BinaryKind.EQ, x, 0));
        }
    }

    private boolean holdsAnywhere(Value condition) {
        Axes all = Axes.all(condition.shape().rank());
        Value any = run(new Reduce(ReduceKind.ANY, all, false), condition);
        return any.storage().segment().get(ValueLayout.JAVA_BYTE, any.layout().offset()) != 0;
    }

    Value reshape(Value x, Shape shape) {
        return x.shape().equals(shape) ? x : run(new Reshape(shape), x);
    }

    Value sum(Value x, Axes axes, boolean keepDims) {
        return run(new Reduce(ReduceKind.SUM, axes, keepDims), x);
    }

    /** Sums a gradient over the axes along which an input of {@code shape} was broadcast. */
    Value sumTo(Value g, Shape shape) {
        if (g.shape().equals(shape)) {
            return g;
        }
        int added = g.shape().rank() - shape.rank();
        int[] axes = IntStream.range(0, g.shape().rank())
                .filter(axis -> axis < added
                        || (shape.size(axis - added) == 1 && g.shape().size(axis) != 1))
                .toArray();
        return reshape(axes.length == 0 ? g : sum(g, Axes.of(axes), true), shape);
    }

    /**
     * Takes a result out of what is closed: itself if this derivation made it, else another value on the same memory.
     */
    Value claim(Value result) {
        for (int i = made.size() - 1; i >= 0; i--) {
            if (made.get(i) == result) {
                made.remove(i);
                return result;
            }
        }
        return Edge.share(result);
    }

    @Override
    public void close() {
        made.forEach(Value::close);
        made.clear();
    }
}
