package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.layout.Layout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Copies the elements of one layout to another of the same shape, whatever their type. Axes are taken in the order of
 * the target's memory, and those that lie one in the other on both sides are one. What remains is a walk over rows that
 * are moved as bytes, or over planes whose rows are the other side's columns, or over single elements. Immutable.
 */
final class StridedCopy {
    /** A row that is shorter is moved element by element: the call would cost more. */
    private static final long ROW_BYTES_MIN = 64;

    /** A tile's rows on both sides are cache lines. */
    private static final int TILE = 16;

    private static final long LOW_HALF = 0xffffffffL;

    private final int bytes;
    private final List<Axis> axes;
    private final Leaf leaf;
    private final int depth;

    /** What is done below the outer axes. */
    private enum Leaf {
        ELEMENT,
        ROW,
        ELEMENTS,
        PLANE
    }

    /** An axis with its strides in bytes. */
    record Axis(long size, long source, long target) {}

    private StridedCopy(Layout source, Layout target, int bytes) {
        this.bytes = bytes;
        List<Axis> merged = merged(source, target, bytes);
        Axis inner = merged.isEmpty() ? new Axis(1, 0, 0) : merged.getLast();
        int across = inner.target() == bytes && bytes == Float.BYTES ? contiguousInSource(merged) : -1;
        if (merged.isEmpty()) {
            this.leaf = Leaf.ELEMENT;
        } else if (inner.source() == bytes && inner.target() == bytes && inner.size() * bytes >= ROW_BYTES_MIN) {
            this.leaf = Leaf.ROW;
        } else if (across >= 0) {
            this.leaf = Leaf.PLANE;
            Axis down = merged.remove(across);
            merged.add(merged.size() - 1, down);
        } else {
            this.leaf = Leaf.ELEMENTS;
        }
        this.axes = List.copyOf(merged);
        this.depth = axes.size() - (leaf == Leaf.ELEMENT ? 0 : leaf == Leaf.PLANE ? 2 : 1);
    }

    /** Copies between two views, which do not overlap. */
    static void run(Value from, Layout source, Value to, Layout target) {
        if (source.shape().elements() == 0) {
            return;
        }
        int bytes = from.dtype().sizeBytes();
        var copy = new StridedCopy(source, target, bytes);
        copy.walk(
                0,
                from.storage().address() + source.offset() * bytes,
                to.storage().address() + target.offset() * bytes);
    }

    private static List<Axis> merged(Layout source, Layout target, int bytes) {
        List<Axis> axes = new ArrayList<>();
        for (int i = 0; i < source.shape().rank(); i++) {
            if (source.shape().size(i) != 1) {
                axes.add(new Axis(source.shape().size(i), source.stride(i) * bytes, target.stride(i) * bytes));
            }
        }
        axes.sort(Comparator.comparingLong(Axis::target).reversed());
        for (int i = axes.size() - 2; i >= 0; i--) {
            Axis outer = axes.get(i);
            Axis inner = axes.get(i + 1);
            if (outer.source() == inner.source() * inner.size() && outer.target() == inner.target() * inner.size()) {
                axes.set(i, new Axis(outer.size() * inner.size(), inner.source(), inner.target()));
                axes.remove(i + 1);
            }
        }
        return axes;
    }

    /** {@return an axis but the last along which the source is contiguous, or -1} */
    private int contiguousInSource(List<Axis> merged) {
        for (int i = 0; i < merged.size() - 1; i++) {
            if (merged.get(i).source() == bytes) {
                return i;
            }
        }
        return -1;
    }

    private void walk(int at, long from, long to) {
        if (at == depth) {
            leaf(from, to);
            return;
        }
        Axis axis = axes.get(at);
        for (long i = 0; i < axis.size(); i++) {
            walk(at + 1, from + i * axis.source(), to + i * axis.target());
        }
    }

    private void leaf(long from, long to) {
        switch (leaf) {
            case ELEMENT -> Lanes.copy(from, to, bytes);
            case ROW -> Lanes.copy(from, to, axes.getLast().size() * bytes);
            case ELEMENTS -> elements(axes.getLast(), from, to);
            case PLANE -> plane(axes.get(depth), axes.getLast(), from, to);
        }
    }

    private void elements(Axis axis, long from, long to) {
        long size = axis.size();
        long source = axis.source();
        long target = axis.target();
        switch (bytes) {
            case Byte.BYTES -> {
                for (long i = 0; i < size; i++) {
                    Lanes.setByte(to + i * target, Lanes.getByte(from + i * source));
                }
            }
            case Short.BYTES -> {
                for (long i = 0; i < size; i++) {
                    Lanes.setShort(to + i * target, Lanes.getShort(from + i * source));
                }
            }
            case Integer.BYTES -> {
                for (long i = 0; i < size; i++) {
                    Lanes.setInt(to + i * target, Lanes.getInt(from + i * source));
                }
            }
            default -> {
                for (long i = 0; i < size; i++) {
                    Lanes.setLong(to + i * target, Lanes.getLong(from + i * source));
                }
            }
        }
    }

    /**
     * Moves a plane of 4-byte elements of which {@code down} is contiguous in the source, {@code along} in the target.
     */
    static void plane(Axis down, Axis along, long from, long to) {
        long evenDown = down.size() & ~1L;
        long evenAlong = along.size() & ~1L;
        for (long d = 0; d < evenDown; d += TILE) {
            for (long a = 0; a < evenAlong; a += TILE) {
                Axis rows = new Axis(Math.min(TILE, evenDown - d), Float.BYTES, down.target());
                Axis columns = new Axis(Math.min(TILE, evenAlong - a), along.source(), Float.BYTES);
                long source = from + d * Float.BYTES + a * along.source();
                long target = to + d * down.target() + a * Float.BYTES;
                tile(rows, columns, source, target);
            }
        }
        if (evenDown < down.size()) {
            run(along, from + evenDown * Float.BYTES, to + evenDown * down.target());
        }
        if (evenAlong < along.size()) {
            run(down, from + evenAlong * along.source(), to + evenAlong * Float.BYTES);
        }
    }

    /** Moves squares of two by two, each of which is two longs on either side. */
    private static void tile(Axis down, Axis along, long from, long to) {
        long step = along.source();
        for (long d = 0; d < down.size(); d += 2) {
            long source = from + d * Float.BYTES;
            long target = to + d * down.target();
            long below = target + down.target();
            for (long a = 0; a < along.size(); a += 2) {
                long left = Lanes.getLong(source + a * step);
                long right = Lanes.getLong(source + a * step + step);
                Lanes.setLong(target + a * Float.BYTES, (left & LOW_HALF) | right << 32);
                Lanes.setLong(below + a * Float.BYTES, left >>> 32 | (right & ~LOW_HALF));
            }
        }
    }

    private static void run(Axis axis, long from, long to) {
        for (long i = 0; i < axis.size(); i++) {
            Lanes.setInt(to + i * axis.target(), Lanes.getInt(from + i * axis.source()));
        }
    }
}
