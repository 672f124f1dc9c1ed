package dev.lockstep.module;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.tensor.CallPath;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorTree;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * A function with named parameters, buffers and children. Names are registered once and are the keys of the state dict,
 * the same as PyTorch's:
 *
 * <pre>{@code
 * class Net extends Layer {
 *     final Linear fc1 = child("fc1", new Linear(784, 128));
 *     final Linear fc2 = child("fc2", new Linear(128, 10));
 *
 *     public Tensor forward(Tensor x) {
 *         return fc2.call(fc1.call(x.flatten(1)).relu());
 *     }
 * }
 * }</pre>
 *
 * <p>Several threads may {@link #call} one module at once: {@link #forward} reads parameters and buffers and writes
 * neither, nor fields of its own. Everything else here belongs to one thread, while no call runs.
 *
 * @param <I> what it takes: a tensor, or a record, list or map of tensors
 * @param <O> what it gives
 */
public abstract class Module<I, O> {
    private final SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();
    private final SequencedMap<String, Buffer> buffers = new LinkedHashMap<>();
    private final SequencedMap<String, Module<?, ?>> children = new LinkedHashMap<>();
    private final List<UnaryOperator<I>> preHooks = new CopyOnWriteArrayList<>();
    private final List<ForwardHook<I, O>> hooks = new CopyOnWriteArrayList<>();
    private String name = "";
    private boolean training = true;

    /**
     * A buffer as it was registered.
     *
     * @param tensor its values
     * @param persistent whether the state dict has it
     */
    record Buffer(Tensor tensor, boolean persistent) {}

    /** Makes a module without parameters or children, in training mode. */
    protected Module() {}

    /**
     * Computes the output. Called through {@link #call}, possibly by several threads at once and again after a failure:
     * it must give the same result for the same arguments, parameters, buffers and random key.
     */
    public abstract O forward(I input);

    /**
     * Runs {@link #forward} under this module's name and in a scope of its own: of the tensors made inside, those that
     * the result holds live on in the caller's scope, the others end here (their memory lives on where the graph needs
     * it).
     */
    public final O call(I input) {
        try (var _ = CallPath.push(name);
                Scope scope = Scope.open(getClass().getSimpleName())) {
            I taken = input;
            for (UnaryOperator<I> hook : preHooks) {
                taken = hook.apply(taken);
            }
            O output = forward(taken);
            for (ForwardHook<I, O> hook : hooks) {
                output = hook.apply(taken, output);
            }
            Summary.note(this, output);
            return scope.escape(output);
        }
    }

    /**
     * Sees what a module takes and gives.
     *
     * @param <I> what it takes
     * @param <O> what it gives
     */
    @FunctionalInterface
    public interface ForwardHook<I, O> {
        /** Called after forward, on its thread and in its scope; gives what the caller gets: the output, or another. */
        O apply(I input, O output);
    }

    /** Calls a hook after each {@link #forward}, until the result is closed. It may run on several threads at once. */
    public final GradMode.Restore registerForwardHook(ForwardHook<I, O> hook) {
        hooks.add(hook);
        return () -> hooks.remove(hook);
    }

    /** Calls a hook before each {@link #forward}, which takes what the hook gives, until the result is closed. */
    public final GradMode.Restore registerForwardPreHook(UnaryOperator<I> hook) {
        preHooks.add(hook);
        return () -> preHooks.remove(hook);
    }

    /**
     * Calls a hook with the gradient of each tensor that this module gives, before it goes on into the module, until
     * the result is closed; what was computed before still calls it. What the hook returns goes on instead. It sees the
     * gradient of one virtual rank, and may run on several threads at once.
     */
    public final GradMode.Restore registerFullBackwardPreHook(UnaryOperator<Tensor> hook) {
        return registerForwardHook((input, output) -> {
            TensorTree.forEach(output, tensor -> hookGradient(tensor, hook));
            return output;
        });
    }

    /**
     * Calls a hook with the gradient of each tensor that this module takes, as far as it comes through this call, until
     * the result is closed; what was computed before still calls it. What the hook returns goes on instead. It sees the
     * gradient of one virtual rank, and may run on several threads at once.
     */
    public final GradMode.Restore registerFullBackwardHook(UnaryOperator<Tensor> hook) {
        return registerForwardPreHook(input -> TensorTree.map(input, tensor -> {
            if (!tensor.requiresGrad()) {
                return tensor;
            }
            Tensor taken = tensor.view(tensor.shape().toArray()); // What others take of it is not hooked.
            hookGradient(taken, hook);
            return taken;
        }));
    }

    private static void hookGradient(Tensor tensor, UnaryOperator<Tensor> hook) {
        if (tensor.requiresGrad()) {
            tensor.registerHook(hook);
        }
    }

    /**
     * Registers a module under a name and returns it.
     *
     * @throws IllegalArgumentException if the name is taken, empty or has a dot
     */
    protected final <M extends Module<?, ?>> M child(String childName, M module) {
        checkName(childName);
        children.put(childName, module);
        Module<?, ?> child = module;
        if (child.name.isEmpty()) {
            child.name = childName;
        }
        return module;
    }

    /**
     * Makes a tensor a parameter (it requires a gradient and lives outside of scopes), registers it under a name and
     * returns it.
     *
     * @throws IllegalArgumentException if the name is taken, empty or has a dot
     */
    protected final Tensor param(String parameterName, Tensor tensor) {
        checkName(parameterName);
        parameters.put(parameterName, tensor.asParameter());
        return tensor;
    }

    /** Registers a tensor that is part of the state dict but is not trained, under a name, and returns it. */
    protected final Tensor buffer(String bufferName, Tensor tensor) {
        return buffer(bufferName, tensor, true);
    }

    /**
     * Registers a tensor that is not trained, under a name, and returns it.
     *
     * @param persistent whether it is part of the state dict
     * @throws IllegalArgumentException if the name is taken, empty or has a dot
     */
    protected final Tensor buffer(String bufferName, Tensor tensor, boolean persistent) {
        checkName(bufferName);
        buffers.put(bufferName, new Buffer(tensor.asBuffer(), persistent));
        return tensor;
    }

    private void checkName(String wanted) {
        String kind = parameters.containsKey(wanted)
                ? "a parameter"
                : buffers.containsKey(wanted) ? "a buffer" : children.containsKey(wanted) ? "a child" : "";
        String problem = wanted.isEmpty()
                ? "is empty"
                : wanted.contains(".")
                        ? "has a dot, which separates levels"
                        : kind.isEmpty() ? "" : "is taken by " + kind;
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(typeName() + ": name '" + wanted + "' " + problem);
        }
    }

    /** {@return the trainable tensors, each once, own ones before those of children, in order of registration} */
    public final List<Tensor> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /**
     * {@return the trainable tensors by state-dict key, in the order of {@link #parameters}; a shared one stands under
     * its first key}
     */
    public final SequencedMap<String, Tensor> namedParameters() {
        return Collections.unmodifiableSequencedMap(ModuleTree.namedParameters(this));
    }

    /**
     * {@return the buffers by key, own ones before those of children, in order of registration; a shared one under its
     * first key}
     */
    public final SequencedMap<String, Tensor> namedBuffers() {
        return Collections.unmodifiableSequencedMap(ModuleTree.namedBuffers(this));
    }

    /** {@return this module under the empty path and all below it by path, parents first, each once} */
    public final SequencedMap<String, Module<?, ?>> namedModules() {
        return Collections.unmodifiableSequencedMap(ModuleTree.namedModules(this));
    }

    /** {@return the direct children by name, in order of registration} */
    public final SequencedMap<String, Module<?, ?>> children() {
        return Collections.unmodifiableSequencedMap(children);
    }

    /** Switches this module and all below to training: dropout drops, batch norm uses the batch. Returns this. */
    public final Module<I, O> train() {
        return train(true);
    }

    /** Switches this module and all below to evaluation. Returns this. */
    public final Module<I, O> eval() {
        return train(false);
    }

    /** Switches the mode of this module and all below. Returns this. */
    public final Module<I, O> train(boolean mode) {
        namedModules().values().forEach(module -> module.training = mode);
        return this;
    }

    void setTraining(boolean mode) {
        training = mode;
    }

    /** {@return whether this module is in training mode, as it is at first} */
    public final boolean isTraining() {
        return training;
    }

    /** Asks for gradients of all parameters, or freezes them. Returns this. */
    public final Module<I, O> requiresGrad(boolean wanted) {
        parameters().forEach(parameter -> parameter.requiresGrad(wanted));
        return this;
    }

    /**
     * Moves all parameters and buffers to a device. Returns this.
     *
     * @throws UnsupportedOperationException if one lies on another device: copies between devices are not there yet
     */
    public final Module<I, O> to(Device device) {
        stateDict().tensors().forEach((key, tensor) -> {
            if (!tensor.device().equals(device)) {
                throw new UnsupportedOperationException(
                        typeName() + ": cannot move " + key + " from " + tensor.device() + " to " + device + " yet");
            }
        });
        return this;
    }

    /**
     * Converts all floating parameters and buffers to a floating dtype; others stay as they are. The tensors remain the
     * same objects, and so do the keys of their gradients; optimizers are made afterwards. Returns this.
     *
     * @throws IllegalArgumentException if the dtype is not floating
     */
    public final Module<I, O> to(DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException(typeName() + ": only floating dtypes have parameters, not " + dtype);
        }
        ModuleTree.all(this).forEach(tensor -> {
            if (tensor.dtype().isFloating() && tensor.dtype() != dtype) {
                convert(tensor, dtype);
            }
        });
        return this;
    }

    private static void convert(Tensor tensor, DType dtype) {
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("to")) {
            tensor.setData(tensor.to(dtype));
        }
    }

    /**
     * {@return a table of the modules with the shapes of what they gave for an input, and their parameters} See
     * {@link Summary}.
     */
    public final Summary summary(I input) {
        return Summary.of(this, input);
    }

    /** {@return parameters and persistent buffers by key; the tensors are this module's own, not copies} */
    public final StateDict stateDict() {
        return new StateDict(ModuleTree.state(this));
    }

    /**
     * Copies the values of a state dict into the parameters and buffers.
     *
     * @throws IllegalArgumentException listing every missing, unexpected and misshaped key; nothing was copied then
     */
    public final void load(StateDict state) {
        load(state, true);
    }

    /**
     * Copies the values of a state dict into the parameters and buffers.
     *
     * @param strict whether a missing or unexpected key is an error; a misshaped one always is
     * @throws IllegalArgumentException listing every such key; nothing was copied then
     */
    public final void load(StateDict state, boolean strict) {
        SequencedMap<String, Tensor> mine = ModuleTree.state(this);
        StateDict.Difference difference = state.differenceTo(mine);
        if (strict ? !difference.isEmpty() : !difference.misshaped().isEmpty()) {
            throw new IllegalArgumentException("load: the state dict does not fit " + typeName() + difference);
        }
        try (var _ = GradMode.noGrad()) {
            mine.forEach((key, tensor) -> {
                if (state.contains(key)) {
                    tensor.copy_(state.get(key));
                }
            });
        }
    }

    /**
     * Warns of modules and parameters that stand in a field but were never registered, so that no optimizer and no
     * state dict would see them. Uses reflection; meant for tests of a model.
     *
     * @throws IllegalStateException naming each such field
     */
    public final void check() {
        RegistrationCheck.check(this);
    }

    /** {@return what stands in the parentheses of {@link #toString}, such as {@code in_features=3, out_features=2}} */
    protected String description() {
        return "";
    }

    /** {@return the type's name as {@link #toString} prints it} */
    protected String typeName() {
        return getClass().isAnonymousClass()
                ? getClass().getSuperclass().getSimpleName()
                : getClass().getSimpleName();
    }

    /** {@return the tree of modules as torch prints it} */
    @Override
    public final String toString() {
        return ModuleTree.print(this);
    }

    SequencedMap<String, Tensor> ownParameters() {
        return parameters;
    }

    SequencedMap<String, Buffer> ownBuffers() {
        return buffers;
    }
}
