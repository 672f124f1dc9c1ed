package dev.lockstep.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends the lives of the tensors made inside of a block. A tensor joins the innermost scope that its thread has open;
 * closing the scope closes what is still in it. {@link Tensor#keep} takes a tensor out for good, {@link #escape} moves
 * a result to the scope around.
 *
 * <pre>{@code
 * try (var scope = Scope.open()) {
 *     total += loss(batch).item();
 * }
 * }</pre>
 *
 * Confined to the thread that opened it; scopes close in the reverse order of opening.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Current> CURRENT = ThreadLocal.withInitial(Current::new);

    private final String name;
    private final @Nullable Scope parent;
    private final Thread owner = Thread.currentThread();
    private final List<Tensor> members = new ArrayList<>();
    private @Nullable Runnable whenAbandoned;
    private boolean closed;

    private static final class Current {
        private @Nullable Scope top;
    }

    private Scope(String name, @Nullable Scope parent) {
        this.name = name;
        this.parent = parent;
    }

    /** Opens a scope on this thread. */
    public static Scope open() {
        return open("scope");
    }

    /** Opens a scope whose name errors about use after its end will print. */
    public static Scope open(String name) {
        Current current = CURRENT.get();
        Scope scope = new Scope(name, current.top);
        current.top = scope;
        return scope;
    }

    /**
     * Opens a scope for one turn of a loop whose owner may leave it by {@code break} or an exception, without a chance
     * to close it: the scope around closes it then.
     */
    public static Scope openTurn(String name) {
        return openTurn(name, () -> {});
    }

    /**
     * Opens a scope for one turn of a loop that may be left.
     *
     * @param whenAbandoned run, on the thread of this scope, if the scope around has to close it
     */
    public static Scope openTurn(String name, Runnable whenAbandoned) {
        Scope scope = open(name);
        scope.whenAbandoned = whenAbandoned;
        return scope;
    }

    /** {@return the innermost scope this thread has open, null if none} */
    public static @Nullable Scope current() {
        return CURRENT.get().top;
    }

    /**
     * Runs a block in a scope of its own; the tensors of the result (found by {@link TensorTree}) move to the scope
     * around.
     */
    public static <T> T tidy(Supplier<T> block) {
        try (Scope scope = open("tidy")) {
            return scope.escape(block.get());
        }
    }

    /** Runs a block in a scope of its own. */
    public static void tidy(Runnable block) {
        try (var _ = open("tidy")) {
            block.run();
        }
    }

    /**
     * Runs a block outside of any scope: what it makes lives until it is closed. For parameters and optimizer state.
     */
    public static <T> T outside(Supplier<T> block) {
        Current current = CURRENT.get();
        Scope before = current.top;
        current.top = null;
        try {
            return block.get();
        } finally {
            current.top = before;
        }
    }

    /**
     * Moves the tensors of a result that live in this scope to the scope around it, or out of all scopes. Returns the
     * result.
     */
    public <T> T escape(T result) {
        checkOwner();
        TensorTree.forEach(result, tensor -> {
            if (tensor.scope() == this) {
                remove(tensor);
                if (parent != null) {
                    parent.add(tensor);
                }
            }
        });
        return result;
    }

    /** Takes tensors made outside of any scope (by another thread) into this one. Returns the argument. */
    public <T> T adopt(T made) {
        checkOwner();
        TensorTree.forEach(made, tensor -> {
            if (tensor.scope() == null && !tensor.isParameter() && !tensor.isClosed()) {
                add(tensor);
            }
        });
        return made;
    }

    /** {@return the name given at opening} */
    public String name() {
        return name;
    }

    /** {@return how many open tensors are in this scope} */
    public int size() {
        return members.size();
    }

    /**
     * Closes the tensors that are still here. Closing twice does nothing.
     *
     * @throws IllegalStateException if another thread opened it, or a scope opened later is still open
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        checkOwner();
        Current current = CURRENT.get();
        closeAbandoned(current);
        if (current.top != this) {
            throw new IllegalStateException("scope '" + name + "' closed while a scope opened after it is still open: '"
                    + (current.top == null ? "none" : current.top.name) + "'");
        }
        closed = true;
        current.top = parent;
        for (int i = members.size() - 1; i >= 0; i--) {
            members.get(i).closeByScope(this);
        }
        members.clear();
    }

    /** Closes the turns of loops that were left inside of this scope. */
    private void closeAbandoned(Current current) {
        Scope turn = current.top;
        while (turn != null && turn != this && turn.whenAbandoned != null) {
            Runnable action = turn.whenAbandoned;
            turn.close();
            action.run();
            turn = current.top;
        }
    }

    void add(Tensor tensor) {
        tensor.join(this, members.size());
        members.add(tensor);
    }

    /** Takes a tensor out; the last member moves to its place. */
    void remove(Tensor tensor) {
        if (Thread.currentThread() != owner || closed) {
            return;
        }
        int index = tensor.scopeIndex();
        Tensor last = members.removeLast();
        if (last != tensor) {
            members.set(index, last);
            last.join(this, index);
        }
        tensor.join(null, -1);
    }

    private void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("scope '" + name + "' belongs to thread " + owner.getName() + ", not to "
                    + Thread.currentThread().getName());
        }
    }
}
