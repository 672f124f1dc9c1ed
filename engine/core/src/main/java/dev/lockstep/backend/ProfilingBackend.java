package dev.lockstep.backend;

import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Counts and times what another backend executes, by op and shapes. Times are those of the calling threads, added up;
 * on a device that works asynchronously they are the time to launch. An op that executes others through this backend is
 * charged for its own time only. A decorator; thread-safe as far as the backend inside is.
 */
public final class ProfilingBackend extends BackendDecorator {
    private final LongSupplier nanoClock;
    private final Map<Key, Cost> costs = new ConcurrentHashMap<>();
    private final ThreadLocal<Charged> charged = ThreadLocal.withInitial(Charged::new);

    /**
     * What one kind of call came to.
     *
     * @param op the op's label
     * @param inputs the shapes of its inputs
     * @param calls how often it was executed
     * @param nanos the time of all these calls together, without that of the ops inside
     */
    public record Line(String op, List<Shape> inputs, long calls, long nanos) {}

    private record Key(String op, List<Shape> inputs) {}

    private record Cost(LongAdder calls, LongAdder nanos) {}

    /** What a thread's ops have been charged so far. */
    private static final class Charged {
        private long nanos;
    }

    /**
     * Wraps a backend.
     *
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public ProfilingBackend(Backend inner, LongSupplier nanoClock) {
        super(inner);
        this.nanoClock = nanoClock;
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        Charged thread = charged.get();
        long chargedBefore = thread.nanos;
        long before = nanoClock.getAsLong();
        Value[] outputs = below().execute(op, inputs);
        long nanos = nanoClock.getAsLong() - before - (thread.nanos - chargedBefore);
        thread.nanos += nanos;
        Cost cost = costs.computeIfAbsent(key(op, inputs), _ -> new Cost(new LongAdder(), new LongAdder()));
        cost.calls().increment();
        cost.nanos().add(nanos);
        return outputs;
    }

    private static Key key(Op op, Value[] inputs) {
        List<Shape> shapes = new ArrayList<>(inputs.length);
        for (Value input : inputs) {
            shapes.add(input.shape());
        }
        return new Key(op.label(), shapes);
    }

    /** {@return what was executed since the last {@link #reset}, the dearest first} */
    public List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        costs.forEach((key, cost) -> lines.add(new Line(
                key.op(),
                List.copyOf(key.inputs()),
                cost.calls().sum(),
                cost.nanos().sum())));
        lines.sort(Comparator.comparingLong(Line::nanos).reversed());
        return lines;
    }

    /** Forgets what was executed so far. */
    public void reset() {
        costs.clear();
    }
}
