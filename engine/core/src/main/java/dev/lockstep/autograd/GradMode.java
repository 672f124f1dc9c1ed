package dev.lockstep.autograd;

/**
 * Says whether ops of this thread are recorded. On by default; switched for a block:
 *
 * <pre>{@code
 * try (var mode = GradMode.noGrad()) {
 *     evaluate(model);
 * }
 * }</pre>
 */
public final class GradMode {
    private static final ThreadLocal<GradMode> CURRENT = ThreadLocal.withInitial(GradMode::new);

    private boolean enabled = true;
    private long lastSequence;

    private GradMode() {}

    /** Puts the mode before back when closed, by the same thread. */
    public interface Restore extends AutoCloseable {
        @Override
        void close();
    }

    /** {@return whether this thread records} */
    public static boolean isEnabled() {
        return CURRENT.get().enabled;
    }

    /** Stops recording until the result is closed. */
    public static Restore noGrad() {
        return set(false);
    }

    /** Records again inside of a block that does not. */
    public static Restore enableGrad() {
        return set(true);
    }

    /** Stops recording for inference: the same as {@link #noGrad}. */
    public static Restore inferenceMode() {
        return set(false);
    }

    /** Sets the mode of this thread; a worker task inherits its parent's mode by this. */
    public static Restore set(boolean enabled) {
        GradMode mode = CURRENT.get();
        boolean before = mode.enabled;
        mode.enabled = enabled;
        return () -> mode.enabled = before;
    }

    /** Gives the next number of a node: after all that this thread has given, and after its inputs. */
    static long nextSequence(long lastInput) {
        GradMode mode = CURRENT.get();
        mode.lastSequence = Math.max(mode.lastSequence, lastInput) + 1;
        return mode.lastSequence;
    }
}
