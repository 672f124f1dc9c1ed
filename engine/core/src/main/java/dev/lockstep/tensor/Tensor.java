package dev.lockstep.tensor;

import dev.lockstep.autograd.AutogradBackend;
import dev.lockstep.autograd.BackwardOptions;
import dev.lockstep.autograd.GradMode;
import dev.lockstep.autograd.Leaf;
import dev.lockstep.autograd.ViewHistory;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An n-dimensional array of numbers: the user's handle on one {@link Value}. Names and semantics are torch's; dtype and
 * device are values. The methods are grouped in the interfaces that this class implements; static functions are in
 * {@link Tensors}.
 *
 * <p>A tensor joins the innermost open {@link Scope} and dies with it; outside of any scope it lives until it is
 * closed. Its methods may be called by one thread at a time; parameters may be read by several.
 */
public final class Tensor
        implements ArithmeticMethods,
                ElementwiseMethods,
                ActivationMethods,
                IntegerMethods,
                ReductionMethods,
                OrderingMethods,
                ShapingMethods,
                RearrangingMethods,
                IndexingMethods,
                ProductMethods,
                NeuralMethods,
                InPlaceMethods,
                DataMethods,
                AutoCloseable {
    private Value value;
    private @Nullable Scope scope;
    private int scopeIndex = -1;
    private @Nullable String closedBy;
    private boolean parameter;

    /** Of a view: the tensor whose memory it sees. See Note [Writes through views] in ViewHistory. */
    private @Nullable Tensor base;

    private boolean madeUnrecorded;

    /** How often a recorded write has changed the history of this memory; of a view, how many of those it knows. */
    private int writes;

    private Tensor(Value value) {
        this.value = value;
    }

    /** Makes a tensor of a value, which it owns from now on, and lets it join the current scope. */
    public static Tensor wrap(Value value) {
        Tensor tensor = new Tensor(value);
        Scope current = Scope.current();
        if (current != null) {
            current.add(tensor);
        }
        return tensor;
    }

    /**
     * {@return the value this tensor stands for; it stays the tensor's}
     *
     * @throws IllegalStateException saying what ended it, if the tensor was closed
     */
    public Value value() {
        if (value.isClosed()) {
            throw new IllegalStateException("tensor " + value.dtype() + value.shape() + " was used after "
                    + (closedBy == null ? "it was closed" : "scope '" + closedBy + "' ended it")
                    + ": read it with item() or toFloatArray() before, or call keep() on it");
        }
        if (base != null && writes != base.writes) {
            seeAgain(base);
        }
        return value;
    }

    /** {@return the sizes of the axes} */
    public Shape shape() {
        return value.shape();
    }

    /** {@return the size of one axis; negative axes count from the end} */
    public long size(int axis) {
        return shape().size(axis);
    }

    /** {@return the number of axes} */
    public int rank() {
        return shape().rank();
    }

    /** {@return the number of elements} */
    public long numel() {
        return shape().elements();
    }

    /** {@return the type of the elements} */
    public DType dtype() {
        return value.dtype();
    }

    /** {@return the device that holds the elements} */
    public Device device() {
        return value.device();
    }

    /** {@return where the elements lie in the storage} */
    public Layout layout() {
        return value.layout();
    }

    /** {@return whether the elements lie in C order without gaps} */
    public boolean isContiguous() {
        return layout().isContiguous();
    }

    /** {@return whether ops on this tensor are recorded} */
    public boolean requiresGrad() {
        return value().slot() != null;
    }

    /** {@return whether this tensor was not computed from another one that requires a gradient} */
    public boolean isLeaf() {
        Value.Slot slot = value().slot();
        return slot == null || slot instanceof Leaf;
    }

    /**
     * Asks for a gradient of this tensor, or stops asking. Returns this.
     *
     * @throws IllegalStateException if it is not a leaf, or its dtype is not floating
     */
    public Tensor requiresGrad(boolean wanted) {
        if (!isLeaf()) {
            throw new IllegalStateException(
                    "requiresGrad: only of a leaf; this tensor was computed. Use detach() first");
        }
        if (wanted && !dtype().isFloating()) {
            throw new IllegalStateException(
                    "requiresGrad: only floating tensors have gradients, this one is " + dtype());
        }
        if (wanted != requiresGrad()) {
            value.setSlot(wanted ? new Leaf() : null);
        }
        return this;
    }

    /**
     * {@return the key of this tensor's gradient}
     *
     * @throws IllegalStateException if this is not a leaf that requires a gradient
     */
    public Leaf leaf() {
        if (value().slot() instanceof Leaf leaf) {
            return leaf;
        }
        throw new IllegalStateException("tensor " + dtype() + shape() + " is not a leaf that requires a gradient");
    }

    /** Makes this a parameter: a leaf that requires a gradient, in permanent storage, in no scope. Returns this. */
    public Tensor asParameter() {
        return asBuffer().requiresGrad(true);
    }

    /** Makes this a buffer of a module: permanent storage, in no scope, no gradient. Returns this. */
    public Tensor asBuffer() {
        keep();
        value.storage().makePermanent();
        parameter = true;
        return this;
    }

    /**
     * {@return whether this was made a parameter or buffer: it belongs to no scope and closing it does not free its
     * memory}
     */
    public boolean isParameter() {
        return parameter;
    }

    /**
     * Takes over the elements of another tensor, with its shape and dtype, as an assignment to {@code x.data} does in
     * torch: this remains the same leaf or buffer. The other tensor shares the memory then. Not for use while another
     * thread reads this. Returns this.
     *
     * @throws IllegalStateException if this is not a leaf
     */
    public Tensor setData(Tensor other) {
        if (!isLeaf()) {
            throw new IllegalStateException("setData: only of a leaf; this tensor was computed");
        }
        Value taken = other.value().alias();
        taken.setSlot(value.slot());
        value.setSlot(null);
        value.close();
        value = taken;
        if (parameter) {
            taken.storage().makePermanent();
        }
        return this;
    }

    /** {@return a tensor on the same memory without history} */
    public Tensor detach() {
        return Engine.run(new Shaping.Detach(), this);
    }

    /** Copies to another device; this tensor itself if it is there. */
    public Tensor to(Device device) {
        return Transfer.toDevice(this, device);
    }

    /** {@return a copy of the elements in memory of its own; recorded} */
    @Override
    public Tensor clone() {
        return Engine.run(new Elementwise.Copy(Elementwise.Copy.Order.CONTIGUOUS), this);
    }

    /**
     * Computes the gradients of this loss for all leaves that it depends on, and lets go of the graph.
     *
     * @throws IllegalStateException if this tensor has no history, more than one element, or was walked back before
     */
    public Gradients backward() {
        return backward(null, UnaryOperator.identity());
    }

    /** Computes gradients with options: {@code loss.backward(o -> o.retainGraph(true))}. */
    public Gradients backward(UnaryOperator<BackwardOptions> options) {
        return backward(null, options);
    }

    /**
     * Computes gradients of a tensor of any shape.
     *
     * @param gradient the gradient of this tensor, of its shape; null for ones, which needs a tensor of one element
     */
    public Gradients backward(@Nullable Tensor gradient, UnaryOperator<BackwardOptions> options) {
        Value seed = gradient == null ? null : gradient.value();
        Map<Leaf, Value> found =
                Engine.backend(device()).backward(value(), seed, options.apply(BackwardOptions.DEFAULT));
        return Gradients.wrap(found);
    }

    /**
     * Calls a hook with the gradient of this tensor whenever a backward has completed it, until the result is closed.
     * It sees the gradient of one virtual rank, and may run on several threads at once. What it returns goes on
     * instead.
     *
     * @throws IllegalStateException if this requires no gradient
     */
    public GradMode.Restore registerHook(UnaryOperator<Tensor> hook) {
        return AutogradBackend.addHook(value(), gradient -> {
            try (Scope _ = Scope.open("hook")) {
                Tensor seen = Tensor.wrap(gradient.alias());
                Tensor result = hook.apply(seen);
                return result == seen ? null : result.value().alias();
            }
        });
    }

    /** Takes this tensor out of its scope: it lives until it is closed. Returns this. */
    public Tensor keep() {
        value();
        if (scope != null) {
            scope.remove(this);
        }
        return this;
    }

    /** {@return whether this tensor was closed} */
    public boolean isClosed() {
        return value.isClosed();
    }

    /** Lets go of the memory. Closing twice does nothing. */
    @Override
    public void close() {
        if (scope != null) {
            scope.remove(this);
        }
        value.close();
    }

    /** {@return dtype, shape and values as torch prints them, cut for large tensors} */
    @Override
    public String toString() {
        return value.isClosed() ? "tensor(closed, " + dtype() + shape() + ")" : Printing.print(this);
    }

    @Nullable
    Scope scope() {
        return scope;
    }

    int scopeIndex() {
        return scopeIndex;
    }

    void join(@Nullable Scope newScope, int index) {
        this.scope = newScope;
        this.scopeIndex = index;
    }

    void closeByScope(Scope ended) {
        scope = null;
        closedBy = ended.name();
        value.close();
    }

    /** Notes that this sees the memory of another tensor, unless it is a copy. */
    void seeInto(Tensor seen) {
        if (value.storage() == seen.value.storage()) {
            base = seen.base == null ? seen : seen.base;
            writes = base.writes;
            madeUnrecorded = !GradMode.isEnabled();
        }
    }

    private void seeAgain(Tensor written) {
        if (written.value.isClosed()) {
            throw new IllegalStateException("tensor " + dtype() + shape() + " is a view of a tensor that was written in"
                    + " place and has ended since, so its history is lost: use the view before, or keep() its base");
        }
        writes = written.writes;
        if (!madeUnrecorded && !(value.slot() instanceof Leaf)) {
            ViewHistory.see(written.value, value);
        }
    }

    /**
     * Takes over the history of what was written here in place, and rewrites that of everything that shares the memory.
     */
    void takeHistory(Tensor written) {
        if (base == null) {
            Value.@Nullable Slot before = value.slot();
            value.setSlot(written.value().slot());
            written.value().setSlot(null);
            if (before != null) {
                before.close();
            }
            writes++;
            return;
        }
        ViewHistory.write(base.value(), written.value(), value.layout());
        base.writes++;
    }

    /**
     * Refuses a recorded write that the history of the memory could not take up.
     *
     * @throws IllegalStateException saying why
     */
    void checkRecordable(String name) {
        if (base == null) {
            return;
        }
        String what = name + ": " + dtype() + shape() + " is a view ";
        if (madeUnrecorded) {
            throw new IllegalStateException(what + "that was made in noGrad, so its base would not learn of a recorded"
                    + " write: make the view while recording, or write in noGrad");
        }
        if (base.value.isClosed()) {
            throw new IllegalStateException(what + "of a tensor that has ended, so the write cannot be recorded: clone"
                    + " it, or keep() its base");
        }
        if (base.isLeaf() && base.requiresGrad()) {
            throw new IllegalStateException(
                    what + "of a leaf that requires a gradient, which is written only inside" + " noGrad");
        }
    }

    /** {@return whether an in-place write must be refused or recorded} */
    boolean isRecorded() {
        return GradMode.isEnabled() && requiresGrad();
    }
}
