package dev.lockstep.backend.cpu.onednn;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What one thread keeps of oneDNN: a stream and the plans it has prepared, the least recently used of which is
 * destroyed when there are more than {@link #PLAN_LIMIT}. Confined to its thread; a thread that has ended leaves its
 * native objects to a cleaner.
 */
final class Session {
    /** The most plans a thread keeps. A plan owns a few kilobytes; a step of a deep network needs a few hundred. */
    static final int PLAN_LIMIT = 1024;

    private static final Cleaner CLEANER = Cleaner.create();
    private static final ThreadLocal<Session> CURRENT = ThreadLocal.withInitial(() -> new Session(PLAN_LIMIT));

    private final Owned owned;

    /** Makes a session of its own for tests; others take {@link #current}. */
    Session(int planLimit) {
        Dnnl.useOneThread();
        this.owned = new Owned(Dnnl.createStream(Engine.HANDLE), planLimit);
        CLEANER.register(this, owned);
    }

    /** {@return the session of the calling thread} */
    static Session current() {
        return CURRENT.get();
    }

    /** {@return the process-wide engine} */
    long engine() {
        return Engine.HANDLE;
    }

    /** Prepares a primitive on this thread's stream. */
    Primitive prepare(long descriptor, int[] kinds, long[] descriptors) {
        return new Primitive(Engine.HANDLE, owned.stream, descriptor, kinds, descriptors);
    }

    /** {@return how many plans are kept} */
    int planCount() {
        return owned.plans.size();
    }

    /** {@return the plan kept under {@code key}, making it on first use} The key's class must determine the plan's. */
    <K extends Record, P extends Plan> P plan(K key, Class<P> type, Function<K, P> make) {
        Plan known = owned.plans.get(key);
        if (known == null) {
            Dnnl.useOneThread();
            known = make.apply(key);
            owned.plans.put(key, known);
        }
        return type.cast(known);
    }

    /** Prepared work of one kind. */
    interface Plan extends AutoCloseable {
        @Override
        void close();
    }

    /** The native objects of a session: apart from it, so that the cleaner does not hold on to the session. */
    private static final class Owned implements Runnable {
        private final long stream;
        private final Map<Record, Plan> plans;

        Owned(long stream, int planLimit) {
            this.stream = stream;
            this.plans = new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Record, Plan> eldest) {
                    if (size() <= planLimit) {
                        return false;
                    }
                    eldest.getValue().close();
                    return true;
                }
            };
        }

        @Override
        public void run() {
            List<Plan> all = new ArrayList<>(plans.values());
            plans.clear();
            all.forEach(Plan::close);
            Dnnl.destroyStream(stream);
        }
    }

    /** Creates the engine on first use, after the instruction set was limited. */
    private static final class Engine {
        static final long HANDLE = Dnnl.createEngine();
    }
}
