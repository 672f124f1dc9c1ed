package dev.lockstep.backend;

import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.op.Update;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Holds another backend to the rules: what it gives must have the shapes and dtypes that {@link ShapeRules} says, and,
 * if asked for, contain no NaN. A decorator; thread-safe as far as the backend inside is.
 */
public final class CheckingBackend extends BackendDecorator {
    private final boolean refusesNan;

    /**
     * Wraps a backend.
     *
     * @param refusesNan whether a NaN in a floating output is an error that names the op; reads every output once more
     */
    public CheckingBackend(Backend inner, boolean refusesNan) {
        super(inner);
        this.refusesNan = refusesNan;
    }

    /**
     * Executes an op inside.
     *
     * @throws IllegalArgumentException if the inputs do not fit
     * @throws ArithmeticException naming the op, its inputs and the output, if a NaN came out and is refused
     */
    @Override
    public Value[] execute(Op op, Value... inputs) {
        if (op instanceof CustomOp) {
            return below().execute(op, inputs);
        }
        List<ValueSpec> wanted = ShapeRules.outputs(op, ValueSpec.of(inputs));
        Value[] outputs = below().execute(op, inputs);
        boolean passed = false;
        try {
            check(op, wanted, outputs);
            if (refusesNan) {
                refuseNan(op, inputs, op instanceof Update ? inputs : outputs);
            }
            passed = true;
            return outputs;
        } finally {
            if (!passed) {
                close(outputs);
            }
        }
    }

    private static void check(Op op, List<ValueSpec> wanted, Value[] outputs) {
        if (outputs.length != wanted.size()) {
            throw new AssertionError(op + " gave " + outputs.length + " outputs, not " + wanted.size());
        }
        for (int i = 0; i < outputs.length; i++) {
            ValueSpec spec = wanted.get(i);
            if (!outputs[i].shape().equals(spec.shape()) || outputs[i].dtype() != spec.dtype()) {
                throw new AssertionError(op + " gave " + outputs[i] + " as output " + i + ", not " + spec);
            }
        }
    }

    private void refuseNan(Op op, Value[] inputs, Value[] outputs) {
        for (int i = 0; i < outputs.length; i++) {
            if (outputs[i].dtype().isFloating() && hasNan(outputs[i])) {
                throw new ArithmeticException(op.label() + ": NaN in output " + i + " (" + outputs[i] + ") of " + op
                        + " for inputs " + ValueSpec.of(inputs));
            }
        }
    }

    private boolean hasNan(Value value) {
        try (Value nan = below().execute(new Elementwise.Unary(UnaryKind.IS_NAN), value)[0];
                Value any = below().execute(
                                new Reduction.Reduce(
                                        ReduceKind.ANY, Axes.all(value.shape().rank()), false),
                                nan)[0]) {
            return any.storage().segment().get(ValueLayout.JAVA_BYTE, 0) != 0;
        }
    }

    private static void close(Value[] values) {
        for (Value value : values) {
            value.close();
        }
    }
}
