package dev.lockstep.train;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.batching.Batched;
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

    /** {@return the number that a 0-dim tensor holds in each of so many lanes} */
    static double[] items(Tensor number, int lanes) {
        double[] items = new double[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            try (Tensor one = Tensor.wrap(Batched.lane(number.value(), lane))) {
                items[lane] = one.item();
            }
        }
        return items;
    }
}
