package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives kernels the order of elements that they read. */
public final class Dense {
    private Dense() {}

    /** {@return a value, to be closed, whose elements lie in C order: the same memory where they do already} */
    public static Value contiguous(Backend backend, Value value) {
        return contiguous(backend, value, value.layout());
    }

    /** The same for a value seen under another layout. */
    public static Value contiguous(Backend backend, Value value, Layout layout) {
        Value view = value.view(layout);
        if (layout.isContiguous()) {
            return view;
        }
        try (view) {
            return backend.execute(new Copy(Copy.Order.CONTIGUOUS), view)[0];
        }
    }

    /** Computes outputs from inputs, all in C order. */
    @FunctionalInterface
    public interface Kernel {
        /** Reads and writes the values, which are closed elsewhere. */
        void run(Value[] in, Value[] out);
    }

    /** Executes an op by a kernel, or returns null where an input is no f32 value or empty. */
    public static Value @Nullable [] run(Backend backend, Op op, Kernel kernel, Value... inputs) {
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        for (Value input : inputs) {
            if (!Values.isFloat(input)) {
                return null;
            }
        }
        Value[] outputs =
                specs.stream().map(spec -> spec.allocate(backend.memory())).toArray(Value[]::new);
        Value[] in = new Value[inputs.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = contiguous(backend, inputs[i]);
        }
        kernel.run(in, outputs);
        for (Value dense : in) {
            dense.close();
        }
        return outputs;
    }
}
