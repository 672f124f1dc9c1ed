package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.layout.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reductions of f32 values, and of bools and integers as far as programs count with them. Thread-safe. */
public final class Reductions {
    private final Backend backend;
    private final Softmaxes softmax;

    /** Makes the reductions of a backend, which copies what kernels cannot read in place. */
    public Reductions(Backend backend) {
        this.backend = backend;
        this.softmax = new Softmaxes(backend);
    }

    /** Executes an op, or returns null where there is no kernel for it. */
    public Value @Nullable [] tryExecute(Reduction op, Value... inputs) {
        if (inputs.length == 0 || inputs[0].shape().elements() == 0) {
            return null;
        }
        return switch (op) {
            case Reduction.Reduce reduce -> reduce(reduce, inputs);
            case Reduction.ArgReduce arg -> argReduce(arg, inputs);
            case Reduction.Softmax forward -> softmax.forward(forward, inputs);
            case Reduction.SoftmaxGrad gradient -> softmax.backward(gradient, inputs);
            case Reduction.Scan _, Reduction.ScanProductGrad _, Reduction.ProductGrad _, Reduction.Sort _ -> null;
        };
    }

    private Value @Nullable [] reduce(Reduction.Reduce op, Value... inputs) {
        DType dtype = inputs[0].dtype();
        boolean numbers = dtype == DType.F32 && FloatFolds.has(op.kind());
        if (!numbers && !IntegerFolds.has(op.kind(), dtype)) {
            return null;
        }
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        Axes axes = op.axes();
        @Nullable Fold inPlace = Fold.of(inputs[0].layout(), axes);
        boolean fits = inPlace != null && (numbers || inPlace.inner() == 1);
        Fold fold = inPlace != null && fits ? inPlace : Fold.rows(inputs[0].shape(), axes);
        try (Value x = fits ? inputs[0].alias() : reducedLast(inputs[0], axes)) {
            Value out = specs.get(0).allocate(backend.memory());
            if (numbers) {
                FloatFolds.run(new FloatFolds.Batch(op.kind(), fold, x.address(), out.address(), backend.memory()));
            } else {
                IntegerFolds.run(op.kind(), dtype, fold, x.address(), out.address());
            }
            return new Value[] {out};
        }
    }

    private Value reducedLast(Value x, Axes axes) {
        return Dense.contiguous(backend, x, Fold.moveLast(x.layout(), axes));
    }

    private Value @Nullable [] argReduce(Reduction.ArgReduce op, Value... inputs) {
        if (inputs[0].dtype() != DType.F32) {
            return null;
        }
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        Axes axis = Axes.of(inputs[0].shape().axis(op.axis()));
        try (Value x = reducedLast(inputs[0], axis)) {
            Value out = specs.get(0).allocate(backend.memory());
            Fold fold = Fold.rows(inputs[0].shape(), axis);
            ArgFolds.run(new ArgFolds.Batch(op.largest(), fold, x.address(), out.address()));
            return new Value[] {out};
        }
    }
}
