package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.Axes;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Sees a reduction in memory as {@code [outer, length, inner]} in C order, folded over {@code length}: rows where inner
 * is 1, columns otherwise. The reduced axes lie in their logical order, as Note [Order of sums] wants.
 */
record Fold(long outer, long length, long inner) {
    /** {@return how a layout is folded in place; null where only a copy can be} */
    static @Nullable Fold of(Layout layout, Axes axes) {
        int[] kept = others(layout.shape(), axes);
        for (int first = kept.length; first >= 0; first--) {
            if (layout.permute(order(kept, first, axes.toArray())).isContiguous()) {
                long outer = product(layout.shape(), kept, 0, first);
                long inner = product(layout.shape(), kept, first, kept.length);
                return new Fold(outer, layout.shape().elements() / (outer * inner), inner);
            }
        }
        return null;
    }

    /** {@return the fold of a copy that has the reduced axes last} */
    static Fold rows(Shape shape, Axes axes) {
        int[] kept = others(shape, axes);
        long outer = product(shape, kept, 0, kept.length);
        return new Fold(outer, shape.elements() / outer, 1);
    }

    /** {@return the layout with the reduced axes behind all others} */
    static Layout moveLast(Layout layout, Axes axes) {
        int[] kept = others(layout.shape(), axes);
        return layout.permute(order(kept, kept.length, axes.toArray()));
    }

    private static int[] others(Shape shape, Axes axes) {
        int[] others = new int[shape.rank() - axes.count()];
        int count = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!axes.contains(axis)) {
                others[count++] = axis;
            }
        }
        return others;
    }

    /** {@return the reduced axes, put behind the first few of the kept ones} */
    private static int[] order(int[] kept, int first, int[] reduced) {
        int[] order = new int[kept.length + reduced.length];
        System.arraycopy(kept, 0, order, 0, first);
        System.arraycopy(reduced, 0, order, first, reduced.length);
        System.arraycopy(kept, first, order, first + reduced.length, kept.length - first);
        return order;
    }

    private static long product(Shape shape, int[] axes, int from, int to) {
        long product = 1;
        for (int i = from; i < to; i++) {
            product *= shape.size(axes[i]);
        }
        return product;
    }
}
