package dev.lockstep.train;

import dev.lockstep.backend.Value;
import dev.lockstep.tensor.Tensor;

/** Takes tensors out of the scope in which a leaf is computed. */
final class Leaves {
    private Leaves() {}

    /** {@return a tensor's value in C order, owned by the caller, computed on this thread before others read it} */
    static Value own(Tensor tensor) {
        Value value = tensor.contiguous().value().alias();
        value.storage().compute();
        return value;
    }
}
