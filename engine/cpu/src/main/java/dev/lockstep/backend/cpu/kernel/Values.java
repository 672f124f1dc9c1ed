package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Asks about the values that kernels take, and makes those that they give. */
final class Values {
    private Values() {}

    /** {@return whether a value holds f32 numbers, at least one} */
    static boolean isFloat(Value value) {
        return value.dtype() == DType.F32 && value.shape().elements() > 0;
    }

    /** {@return whether a value is a gapless block of f32 numbers, at least one} */
    static boolean isDense(Value value) {
        return isFloat(value) && value.layout().isDense();
    }

    /** {@return whether a value is a block of f32 numbers in C order, at least one} */
    static boolean isContiguous(Value value) {
        return isFloat(value) && value.layout().isContiguous();
    }

    /**
     * {@return whether values of one shape are gapless blocks in the same order, none of which overlaps another without
     * being the same: what belongs together lies at the same distance from the start}
     */
    static boolean lieAlike(Value... values) {
        Layout first = values[0].layout();
        boolean contiguous = first.isContiguous();
        if (!contiguous && !first.isDense()) {
            return false;
        }
        for (int i = 1; i < values.length; i++) {
            Layout other = values[i].layout();
            if (!other.shape().equals(first.shape())) {
                return false;
            }
            boolean alike = contiguous ? other.isContiguous() : sameStrides(first, other);
            boolean apart = values[i].storage() != values[0].storage() || other.offset() == first.offset();
            if (!alike || !apart) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether two layouts of one shape have the same strides, where an axis is longer than 1} */
    static boolean sameStrides(Layout a, Layout b) {
        for (int axis = 0; axis < a.shape().rank(); axis++) {
            if (a.shape().size(axis) != 1 && a.stride(axis) != b.stride(axis)) {
                return false;
            }
        }
        return true;
    }

    /** Allocates an f32 value like another in shape and order. */
    static Value like(MemoryPool pool, Value value) {
        return allocate(pool, withoutOffset(value.layout()));
    }

    /** Allocates an f32 value. */
    static Value allocate(MemoryPool pool, Layout layout) {
        return new Value(pool.allocate(layout.shape().elements() * Float.BYTES), layout, DType.F32);
    }

    /** Allocates an f32 value in C order. */
    static Value allocate(MemoryPool pool, Shape shape) {
        return allocate(pool, Layout.contiguous(shape));
    }

    /** {@return the layout at the start of a storage of its own} */
    static Layout withoutOffset(Layout layout) {
        return layout.offset() == 0 ? layout : Layout.of(layout.shape(), layout.strides(), 0);
    }

    /** {@return the first of the values that is dense and of this shape, or null} */
    static @Nullable Value firstDense(Shape shape, Value... values) {
        for (Value value : values) {
            if (value.shape().equals(shape) && value.layout().isDense()) {
                return value;
            }
        }
        return null;
    }

    /** {@return the shape that both broadcast to, or null where they do not: the scalar backend says so} */
    static @Nullable Shape broadcast(Shape left, Shape right) {
        if (left.equals(right)) {
            return left;
        }
        try {
            return Shape.broadcast(left, right);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
