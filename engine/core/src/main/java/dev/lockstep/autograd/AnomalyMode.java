package dev.lockstep.autograd;

/**
 * Says whether this thread looks for NaN in gradients, and remembers where each op was made so that it can say which
 * one gave it. Costly; for finding a fault:
 *
 * <pre>{@code
 * try (var mode = AnomalyMode.detect()) {
 *     loss(model).backward();
 * }
 * }</pre>
 */
public final class AnomalyMode {
    private static final ThreadLocal<Boolean> DETECTS = ThreadLocal.withInitial(() -> false);

    private AnomalyMode() {}

    /** Looks for anomalies until the result is closed, by the same thread. */
    public static GradMode.Restore detect() {
        boolean before = DETECTS.get();
        DETECTS.set(true);
        return () -> DETECTS.set(before);
    }

    /** {@return whether this thread looks for anomalies} */
    public static boolean isEnabled() {
        return DETECTS.get();
    }
}
