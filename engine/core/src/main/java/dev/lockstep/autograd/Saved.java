package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Op;

/** A value kept for backward: a reference on the storage (not on anybody's handle), and the version it had. */
record Saved(Value value, int version) {
    static Saved of(Value original) {
        original.storage().expectRead();
        return new Saved(original.alias(), original.storage().version());
    }

    /** {@return the value, if nobody has written there since} */
    Value checked(Op op) {
        int now = value.storage().version();
        if (now != version) {
            throw new IllegalStateException("backward: a value " + value.dtype() + value.shape() + " that op "
                    + op.label() + " saved was modified by an in-place operation since: version " + now + ", saved at "
                    + version);
        }
        return value;
    }
}
