package dev.lockstep.backend.scalar;

import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.function.Consumer;

/** Walks the elements of a layout in logical C order, a row at a time. */
final class Rows {
    /**
     * One row of elements.
     *
     * @param offset the first one's place in the storage
     * @param stride the step from one to the next
     * @param at how many elements come before the row in logical order
     * @param length how many there are
     */
    record Row(long offset, long stride, int at, int length) {
        long place(int i) {
            return offset + i * stride;
        }
    }

    private Rows() {}

    static void walk(Layout layout, Consumer<Row> visitor) {
        Shape shape = layout.shape();
        int count = count(shape);
        if (count == 0) {
            return;
        }
        if (layout.isContiguous()) {
            visitor.accept(new Row(layout.offset(), 1, 0, count));
            return;
        }
        int last = shape.rank() - 1;
        long[] index = new long[last];
        long offset = layout.offset();
        int length = (int) shape.size(last);
        for (int at = 0; at < count; at += length) {
            visitor.accept(new Row(offset, layout.stride(last), at, length));
            int axis = last - 1;
            while (axis >= 0 && ++index[axis] == shape.size(axis)) {
                offset -= (index[axis] - 1) * layout.stride(axis);
                index[axis--] = 0;
            }
            offset += axis < 0 ? 0 : layout.stride(axis);
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
