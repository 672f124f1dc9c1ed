package dev.lockstep.tensor;

import org.jspecify.annotations.Nullable;

/**
 * Knows in which module this thread computes, such as {@code encoder.layers.3.attn}. The modules push and pop their
 * names; errors and random keys read the path. Confined to a thread.
 */
public final class CallPath {
    private static final ThreadLocal<CallPath> CURRENT = ThreadLocal.withInitial(CallPath::new);

    private @Nullable Frame top;

    private CallPath() {}

    /** Takes the name off again when closed, by the same thread. */
    public interface Pop extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Frame {
        private final @Nullable Frame parent;
        private final String name;
        private @Nullable String path;

        Frame(@Nullable Frame parent, String name) {
            this.parent = parent;
            this.name = name;
        }

        String path() {
            String known = path;
            if (known == null) {
                String above = parent == null ? "" : parent.path();
                known = above.isEmpty() ? name : name.isEmpty() ? above : above + "." + name;
                path = known;
            }
            return known;
        }
    }

    /** Enters a module; an empty name (of the root) adds nothing to the path. */
    public static Pop push(String name) {
        CallPath mine = CURRENT.get();
        Frame before = mine.top;
        mine.top = new Frame(before, name);
        return () -> mine.top = before;
    }

    /** {@return the path of the module this thread is in, names joined by dots; empty outside of all} */
    public static String current() {
        Frame top = CURRENT.get().top;
        return top == null ? "" : top.path();
    }
}
