package dev.lockstep.backend.scalar;

import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;

/** Walks the elements of a layout in logical C order, a row at a time. */
final class Rows {
    /** Takes one row: its first element's place, the step between elements, and how many there are. */
    @FunctionalInterface
    interface Visitor {
        void row(long offset, long stride, int length);
    }

    private Rows() {}

    static void walk(Layout layout, Visitor visitor) {
        Shape shape = layout.shape();
        int count = count(shape);
        if (count == 0) {
            return;
        }
        if (layout.isContiguous()) {
            visitor.row(layout.offset(), 1, count);
            return;
        }
        int last = shape.rank() - 1;
        long[] index = new long[last];
        long offset = layout.offset();
        while (true) {
            visitor.row(offset, layout.stride(last), (int) shape.size(last));
            int axis = last - 1;
            while (axis >= 0 && ++index[axis] == shape.size(axis)) {
                offset -= (index[axis] - 1) * layout.stride(axis);
                index[axis--] = 0;
            }
            if (axis < 0) {
                return;
            }
            offset += layout.stride(axis);
        }
    }

    /** {@return the number of elements as an array's length} */
    static int count(Shape shape) {
        if (shape.elements() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("the scalar backend takes at most 2^31 elements, got " + shape);
        }
        return (int) shape.elements();
    }

    /** {@return the logical index of the i-th element, for messages: {@code [2, 0, 5]}} */
    static String position(Shape shape, long i) {
        long[] index = new long[shape.rank()];
        long rest = i;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            index[axis] = rest % shape.size(axis);
            rest /= shape.size(axis);
        }
        return Shape.of(index).toString();
    }
}
