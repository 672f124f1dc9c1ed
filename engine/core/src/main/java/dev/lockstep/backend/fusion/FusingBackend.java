package dev.lockstep.backend.fusion;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendDecorator;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import java.util.EnumSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Puts element-wise f32 ops off until their results are read, and then runs each chain as one {@link Fused} op of the
 * device's backend. A decorator, directly above that backend; the bits are those of the ops one by one. Thread-safe;
 * what a thread has put off is computed under a lock of its own when another one asks.
 *
 * <p>An op that writes in place first has everything computed that reads what it will write. Parameters are not read by
 * what is put off, since other threads may update them.
 */
public final class FusingBackend extends BackendDecorator {
    /** Below this many elements all of a chain stays in the first-level cache anyway. */
    private static final long LEAST_ELEMENTS = 4096;

    /** The most ops that are put off together. */
    private static final int MOST_LINKS = 16;

    private final EnumSet<UnaryKind> unary = EnumSet.noneOf(UnaryKind.class);
    private final EnumSet<BinaryKind> binary = EnumSet.noneOf(BinaryKind.class);
    private final ThreadLocal<ReentrantLock> locks = ThreadLocal.withInitial(ReentrantLock::new);

    /** Decorates a device's backend, which is asked what it can fuse. */
    public FusingBackend(Backend below) {
        super(below);
        for (UnaryKind kind : UnaryKind.values()) {
            if (!kind.isPredicate() && below.supports(Fused.of(new Unary(kind)))) {
                unary.add(kind);
            }
        }
        for (BinaryKind kind : BinaryKind.values()) {
            if (!kind.isPredicate() && below.supports(Fused.of(new Binary(kind)))) {
                binary.add(kind);
            }
        }
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        if (op instanceof Update) {
            for (Value input : inputs) {
                input.storage().computeReaders();
            }
        } else if (op instanceof Elementwise elementwise && isDeferrable(elementwise, inputs)) {
            return new Value[] {defer(elementwise, inputs)};
        }
        return below().execute(op, inputs);
    }

    private boolean isDeferrable(Elementwise op, Value... inputs) {
        boolean known = switch (op) {
            case Unary(UnaryKind kind) -> inputs.length == 1 && unary.contains(kind);
            case Binary(BinaryKind kind) -> inputs.length == 2 && binary.contains(kind);
            case BinaryScalar scalar -> inputs.length == 1 && binary.contains(scalar.kind());
            case Elementwise.Clamp _, Elementwise.Where _, Elementwise.Cast _, Elementwise.Copy _ -> false;
        };
        return known && lieAlike(inputs);
    }

    private static boolean lieAlike(Value... inputs) {
        Layout first = inputs[0].layout();
        for (Value input : inputs) {
            boolean fits = input.dtype() == DType.F32
                    && input.shape().elements() >= LEAST_ELEMENTS
                    && !input.storage().isPermanent()
                    && input.layout().isDense()
                    && input.layout().hasStridesOf(first);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private Value defer(Elementwise op, Value... inputs) {
        ReentrantLock lock = locks.get();
        int links = 1;
        for (Value input : inputs) {
            links += Deferred.of(input).map(Deferred::links).orElse(0);
        }
        for (Value input : inputs) {
            boolean joins =
                    Deferred.of(input).filter(work -> work.isUnder(lock)).isPresent();
            if (!joins || links > MOST_LINKS) {
                input.storage().compute();
            }
        }
        return new Deferred(below(), lock, op, inputs).result();
    }
}
