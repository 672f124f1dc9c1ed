package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.layout.Layout;

/** Gives kernels the order of elements that they read. */
final class Dense {
    private Dense() {}

    /** {@return a value, to be closed, whose elements lie in C order: the same memory where they do already} */
    static Value contiguous(Backend backend, Value value) {
        return contiguous(backend, value, value.layout());
    }

    /** The same for a value seen under another layout. */
    static Value contiguous(Backend backend, Value value, Layout layout) {
        Value view = value.view(layout);
        if (layout.isContiguous()) {
            return view;
        }
        try (view) {
            return backend.execute(new Copy(Copy.Order.CONTIGUOUS), view)[0];
        }
    }
}
