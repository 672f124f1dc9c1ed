package dev.lockstep.serialization;

import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** Collects the tensors of a file, and closes those that it has if the file turns out to be broken. */
final class Loading {
    private Loading() {}

    /** {@return what the body has put into the map} */
    static StateDict collect(Consumer<SequencedMap<String, Tensor>> body) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        boolean whole = false;
        try {
            body.accept(tensors);
            whole = true;
            return new StateDict(tensors);
        } finally {
            if (!whole) {
                tensors.values().forEach(Tensor::close);
            }
        }
    }
}
