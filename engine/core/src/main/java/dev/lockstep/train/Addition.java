package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;

/** How the tensors of two neighbouring nodes add up: left plus right, of what is no number the left. */
final class Addition {
    private Addition() {}

    /**
     * {@return the sum, owned by the caller, computed on this thread} It is in the left one's memory where nobody else
     * sees that, so the left one must not be read afterwards.
     */
    static Value of(Backend backend, Value left, Value right) {
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
