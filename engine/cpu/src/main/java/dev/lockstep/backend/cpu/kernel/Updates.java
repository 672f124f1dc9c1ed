package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;
import org.jspecify.annotations.Nullable;

/** In-place operations: arithmetic on f32 values that lie alike, and copies of any dtype. Thread-safe. */
public final class Updates {
    private static final Value[] NOTHING = new Value[0];

    /** Makes the in-place operations of a backend. */
    public Updates() {}

    /** Executes an op, or returns null where there is no kernel for it or its inputs do not lie alike. */
    public Value @Nullable [] tryExecute(Update op, Value... inputs) {
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        if (inputs[0].shape().elements() == 0) {
            return null;
        }
        boolean alike = Values.lieAlike(inputs);
        if (op instanceof Update.CopyInto) {
            boolean overlap = inputs[0].storage() == inputs[1].storage();
            if (overlap && !alike) {
                return null;
            }
            copy(inputs[0], inputs[1], alike);
        } else if (alike && inputs[0].dtype() == DType.F32 && hasKernel(op)) {
            run(op, inputs);
        } else {
            return null;
        }
        return NOTHING;
    }

    private static boolean hasKernel(Update op) {
        return switch (op) {
            case Update.CopyInto _, Update.AddInto _, Update.ScaleInto _, Update.Sgd _, Update.Adam _ -> true;
            case Update.RmsProp _, Update.Adagrad _, Update.Adadelta _, Update.Adamax _ -> false;
            case Update.Moments _, Update.Lion _, Update.AddMatmulInto _, Update.ProductSumInto _ -> false;
        };
    }

    private static void copy(Value to, Value from, boolean alike) {
        if (!alike) {
            StridedCopy.run(from, from.layout().expand(to.shape()), to, to.layout());
        } else if (to.address() != from.address()) {
            long bytes = to.shape().elements() * to.dtype().sizeBytes();
            Lanes.copy(from.address(), to.address(), bytes);
        }
        to.storage().bumpVersion();
    }

    private static void run(Update op, Value... in) {
        long count = in[0].shape().elements();
        long first = in[0].address();
        switch (op) {
            case Update.CopyInto() -> throw new AssertionError("copies know no dtype");
            case Update.AddInto() -> Loops.ADD.run(first, in[1].address(), first, count);
            case Update.ScaleInto(double factor) -> Loops.MUL_NUMBER.run((float) factor, first, first, count);
            case Update.Sgd sgd when sgd.momentum() == 0 -> new SgdKernel(sgd).run(first, in[1].address(), 0, count);
            case Update.Sgd sgd -> new SgdKernel(sgd).run(first, in[1].address(), in[2].address(), count);
            case Update.RmsProp _, Update.Adagrad _, Update.Adadelta _, Update.Adamax _ ->
                throw new AssertionError("no kernel for " + op);
            case Update.Moments _, Update.Lion _, Update.AddMatmulInto _, Update.ProductSumInto _ ->
                throw new AssertionError("no kernel for " + op);
            case Update.Adam adam ->
                new AdamKernel(adam).run(first, in[1].address(), in[2].address(), in[3].address(), count);
        }
        for (int i = 0; i < in.length; i++) {
            if (i != 1) { // Input 1 is only read.
                in[i].storage().bumpVersion();
            }
        }
    }
}
