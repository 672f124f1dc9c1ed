package dev.lockstep.backend;

import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;

/** The inputs of one op, with the checks that shape rules share. Every refusal begins with the op's name. */
record Inputs(Op op, List<ValueSpec> specs) {
    IllegalArgumentException refuse(String why) {
        return new IllegalArgumentException(op.label() + ": " + why);
    }

    void expect(int count) {
        if (specs.size() != count) {
            throw refuse("takes " + count + " inputs, got " + specs.size());
        }
    }

    Shape shape(int i) {
        return specs.get(i).shape();
    }

    DType dtype(int i) {
        return specs.get(i).dtype();
    }

    /**
     * Checks the rank of an input; {@code form} is how the message describes what was wanted, such as {@code [N, C, H,
     * W]}.
     */
    void expectRank(int i, int rank, String name, String form) {
        if (shape(i).rank() != rank) {
            throw refuse(name + " must be " + form + ", got " + shape(i));
        }
    }

    void expectShape(int i, Shape wanted, String name) {
        if (!shape(i).equals(wanted)) {
            throw refuse(name + " must be " + wanted + ", got " + shape(i));
        }
    }

    /** Checks that all inputs have one dtype and that it is floating. */
    void expectFloating() {
        expectSameDtype();
        expectFloating(0);
    }

    void expectFloating(int i) {
        if (!dtype(i).isFloating()) {
            throw refuse("needs a floating dtype, got " + dtype(i) + "; cast it first");
        }
    }

    void expectSameDtype() {
        for (ValueSpec spec : specs) {
            expectSameDtype(dtype(0), spec.dtype());
        }
    }

    void expectSameDtype(DType left, DType right) {
        if (left != right) {
            throw refuse("dtypes differ: " + left + " and " + right + "; cast one of them");
        }
    }

    void expectIndex(int i) {
        if (dtype(i) != DType.I64 && dtype(i) != DType.I32) {
            throw refuse("indexes must be I64 or I32, got " + dtype(i));
        }
    }

    /** Turns an axis of an input's shape into a non-negative one. */
    int axis(int i, int axis) {
        int rank = shape(i).rank();
        if (axis < -rank || axis >= rank) {
            throw refuse("axis " + axis + " is out of range for shape " + shape(i));
        }
        return axis < 0 ? axis + rank : axis;
    }

    Shape broadcast(Shape left, Shape right) {
        try {
            return Shape.broadcast(left, right);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(op.label() + ": " + e.getMessage(), e);
        }
    }

    /** Gives a result the physical order of the first dense input of its shape, else C order. */
    List<ValueSpec> like(Shape shape, DType dtype) {
        for (ValueSpec spec : specs) {
            if (spec.shape().equals(shape) && spec.layout().isDense()) {
                return List.of(new ValueSpec(Layout.of(shape, spec.layout().strides(), 0), dtype));
            }
        }
        return contiguous(shape, dtype);
    }

    static List<ValueSpec> contiguous(Shape shape, DType dtype) {
        return List.of(ValueSpec.contiguous(shape, dtype));
    }

    static List<ValueSpec> channelsLast(Shape shape, DType dtype) {
        return List.of(new ValueSpec(Layout.channelsLast(shape), dtype));
    }
}
