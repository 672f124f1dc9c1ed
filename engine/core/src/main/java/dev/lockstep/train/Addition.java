package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;
import org.jspecify.annotations.Nullable;

/** How the tensors of two neighbouring nodes add up: left plus right, of what is no number the left. */
final class Addition {
    private Addition() {}

    /**
     * {@return the sum, an alias of the only side that is there, or null; owned by the caller} A sum is computed on
     * this thread, in the left one's memory where nobody else sees that, so the left one must not be read afterwards.
     */
    static @Nullable Value of(Backend backend, @Nullable Value left, @Nullable Value right) {
        if (left == null || right == null) {
            Value present = left == null ? right : left;
            return present == null ? null : present.alias();
        }
        return sum(backend, left, right);
    }

    private static Value sum(Backend backend, Value left, Value right) {
        if (!left.dtype().isFloating()) {
            return left.alias();
        }
        if (left.dtype() == DType.F32 && left.storage().isExclusive()) {
            backend.execute(new Update.AddInto(), left, right);
            return left.alias();
        }
        Value sum = backend.execute(new Binary(BinaryKind.ADD), left, right)[0];
        sum.storage().compute(); // Here, where all threads take part, and not where it is read.
        return sum;
    }
}
