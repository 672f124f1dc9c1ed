package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The hooks of one value, called in the order in which they were added. Thread-safe. */
final class Hooks {
    private final List<GradientHook> hooks = new CopyOnWriteArrayList<>();

    /** Adds a hook; closing the result takes it off again. */
    GradMode.Restore add(GradientHook hook) {
        hooks.add(hook);
        return () -> hooks.remove(hook);
    }

    boolean isEmpty() {
        return hooks.isEmpty();
    }

    /** Runs a gradient, of which this takes ownership, through all hooks. */
    Value apply(Value gradient) {
        Value current = gradient;
        for (GradientHook hook : hooks) {
            @Nullable Value replaced = hook.apply(current);
            if (replaced != null) {
                check(current, replaced);
                current.close();
                current = replaced;
            }
        }
        return current;
    }

    private static void check(Value before, Value after) {
        if (!before.shape().equals(after.shape()) || before.dtype() != after.dtype()) {
            throw new IllegalArgumentException("hook: gave " + after.dtype() + after.shape() + " for a gradient "
                    + before.dtype() + before.shape());
        }
    }
}
