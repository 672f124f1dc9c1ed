package dev.lockstep.backend.fusion;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.ChainLayout;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Pointwise;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** Knows which ops a backend can fuse, and for which inputs that is worth it. Immutable. */
final class Fusible {
    /** Below this many elements all of a chain stays in the first-level cache anyway. */
    private static final long LEAST_ELEMENTS = 4096;

    /** Longer rows would not leave a chain's blocks in the first-level cache. */
    private static final long LONGEST_ROW = 1024;

    private final EnumSet<UnaryKind> unary = EnumSet.noneOf(UnaryKind.class);
    private final EnumSet<BinaryKind> binary = EnumSet.noneOf(BinaryKind.class);
    private final boolean normalizes;
    private final boolean drops;

    /** Asks a backend what it can fuse. */
    Fusible(Backend backend) {
        for (UnaryKind kind : UnaryKind.values()) {
            if (!kind.isPredicate() && backend.supports(Fused.of(new Unary(kind)))) {
                unary.add(kind);
            }
        }
        for (BinaryKind kind : BinaryKind.values()) {
            if (!kind.isPredicate() && backend.supports(Fused.of(new Binary(kind)))) {
                binary.add(kind);
            }
        }
        this.normalizes = backend.supports(Fused.of(new Elementwise.Normalize()));
        this.drops = backend.supports(Fused.of(new Sampling.Dropout(0, new RandomKey(0, 0))));
    }

    /** {@return the layout of an op's result if it can be put off, else null} */
    @Nullable
    Layout whole(Pointwise op, Value... inputs) {
        if (!isKnown(op, inputs.length)) {
            return null;
        }
        Layout whole = Value.largest(inputs).layout();
        ChainLayout chain = new ChainLayout(whole);
        if (whole.shape().elements() < LEAST_ELEMENTS || !chain.isWalkable() || !chain.takes(op)) {
            return null;
        }
        for (int i = 0; i < inputs.length; i++) {
            boolean fits = inputs[i].dtype() == DType.F32
                    && isWorthwhile(inputs[i], chain)
                    && chain.takes(op, i, inputs[i].layout());
            if (!fits) {
                return null;
            }
        }
        return whole;
    }

    /** {@return whether an input should be read later} Long rows should not, nor what other threads may update. */
    private static boolean isWorthwhile(Value input, ChainLayout chain) {
        return chain.isFull(input.layout())
                ? !input.storage().isPermanent()
                : input.shape().elements() <= LONGEST_ROW;
    }

    private boolean isKnown(Pointwise op, int inputs) {
        return switch (op) {
            case Unary(UnaryKind kind) -> inputs == 1 && unary.contains(kind);
            case Binary(BinaryKind kind) -> inputs == 2 && binary.contains(kind);
            case BinaryScalar scalar -> inputs == 1 && binary.contains(scalar.kind());
            case Elementwise.Normalize _ -> inputs == 5 && normalizes;
            case Sampling.Dropout(double p, var _) -> inputs == 1 && drops && p >= 0 && p <= 1;
            case Elementwise.Clamp _, Elementwise.Where _, Elementwise.Cast _, Elementwise.Copy _ -> false;
        };
    }
}
