package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.layout.Shape;
import java.lang.foreign.MemorySegment;

/**
 * Reads and sums by index. Each op is a list of places: element i on the index's side belongs to element
 * {@code places[i]} on the other, both counted in C order. Sums add with i ascending, in the arithmetic of the dtype.
 */
final class IndexingKernels {
    private static final int NOWHERE = -1;

    private IndexingKernels() {}

    static void run(Indexing op, Value[] in, Value out) {
        switch (op) {
            case Indexing.IndexSelect(int axis) -> select(op, in, in[0].shape().axis(axis), out);
            case Indexing.IndexSelectGrad(Shape shape, int axis) -> sum(in[0], slices(op, in[1], shape, axis), out);
            case Indexing.Gather(int axis) -> read(in[0], elements(op, in[1], in[0].shape(), axis), out);
            case Indexing.GatherGrad(Shape shape, int axis) -> sum(in[0], elements(op, in[1], shape, axis), out);
            case Indexing.Scatter(int axis) -> write(in, elements(op, in[1], in[0].shape(), axis), out);
            case Indexing.Embedding() -> select(op, in, 0, out);
            case Indexing.EmbeddingGrad(long rows, long paddingIndex) -> {
                int[] places = slices(op, in[1], out.shape(), 0);
                skip(places, paddingIndex, (int) out.shape().size(1));
                sum(in[0], places, out);
            }
        }
    }

    /** Takes whole slices: those of a gapless source are copied as bytes, so that a batch costs its own size only. */
    private static void select(Indexing op, Value[] in, int axis, Value out) {
        Value x = in[0];
        if (!x.layout().isContiguous() || !out.layout().isContiguous()) {
            read(x, slices(op, in[1], x.shape(), axis), out);
            return;
        }
        long[] numbers = checked(op, in[1], x.shape().size(axis));
        long bytes =
                (long) size(x.shape(), axis + 1, x.shape().rank()) * x.dtype().sizeBytes();
        MemorySegment from = x.storage().segment();
        MemorySegment to = out.storage().segment();
        long source = x.layout().offset() * x.dtype().sizeBytes();
        long target = out.layout().offset() * x.dtype().sizeBytes();
        int outer = size(x.shape(), 0, axis);
        for (int o = 0; o < outer; o++) {
            for (long number : numbers) {
                MemorySegment.copy(from, source + (o * x.shape().size(axis) + number) * bytes, to, target, bytes);
                target += bytes;
            }
        }
    }

    private static void read(Value x, int[] places, Value out) {
        if (x.dtype().isFloating()) {
            double[] from = Elements.reals(x);
            double[] result = new double[places.length];
            for (int i = 0; i < result.length; i++) {
                result[i] = from[places[i]];
            }
            Elements.write(out, result);
        } else {
            long[] from = Elements.integers(x);
            long[] result = new long[places.length];
            for (int i = 0; i < result.length; i++) {
                result[i] = from[places[i]];
            }
            Elements.write(out, result);
        }
    }

    private static void write(Value[] in, int[] places, Value out) {
        if (out.dtype().isFloating()) {
            double[] result = Elements.reals(in[0]);
            double[] source = Elements.reals(in[2]);
            for (int i = 0; i < places.length; i++) {
                result[places[i]] = source[i];
            }
            Elements.write(out, result);
        } else {
            long[] result = Elements.integers(in[0]);
            long[] source = Elements.integers(in[2]);
            for (int i = 0; i < places.length; i++) {
                result[places[i]] = source[i];
            }
            Elements.write(out, result);
        }
    }

    private static void sum(Value g, int[] places, Value out) {
        if (!g.dtype().isFloating()) {
            sumIntegers(g, places, out);
            return;
        }
        double[] gradient = Elements.reals(g);
        double[] result = new double[Rows.count(out.shape())];
        Arithmetic m = Arithmetic.of(g.dtype());
        for (int i = 0; i < places.length; i++) {
            if (places[i] != NOWHERE) {
                result[places[i]] = m.add(result[places[i]], gradient[i]);
            }
        }
        Elements.write(out, result);
    }

    private static void sumIntegers(Value g, int[] places, Value out) {
        long[] gradient = Elements.integers(g);
        long[] result = new long[Rows.count(out.shape())];
        for (int i = 0; i < places.length; i++) {
            if (places[i] != NOWHERE) {
                result[places[i]] += gradient[i];
            }
        }
        Elements.write(out, result);
    }

    /** Finds the places of whole slices [outer, k, inner] in [outer, axis, inner]. */
    private static int[] slices(Indexing op, Value index, Shape from, int axis) {
        int along = from.axis(axis);
        long[] numbers = checked(op, index, from.size(along));
        int inner = size(from, along + 1, from.rank());
        int outer = size(from, 0, along);
        int[] places = new int[outer * numbers.length * inner];
        int next = 0;
        for (int o = 0; o < outer; o++) {
            for (long number : numbers) {
                int start = (int) (o * from.size(along) + number) * inner;
                for (int i = 0; i < inner; i++) {
                    places[next++] = start + i;
                }
            }
        }
        return places;
    }

    /** Finds the places of single elements: the index's own position, with the number read in place of the axis. */
    private static int[] elements(Indexing op, Value index, Shape from, int axis) {
        int along = from.axis(axis);
        long[] numbers = checked(op, index, from.size(along));
        int[] places = new int[numbers.length];
        for (int i = 0; i < places.length; i++) {
            long rest = i;
            long step = 1;
            long place = 0;
            for (int a = from.rank() - 1; a >= 0; a--) {
                place += step * (a == along ? numbers[i] : rest % index.shape().size(a));
                rest /= index.shape().size(a);
                step *= from.size(a);
            }
            places[i] = (int) place;
        }
        return places;
    }

    private static int size(Shape shape, int fromAxis, int toAxis) {
        long size = 1;
        for (int axis = fromAxis; axis < toAxis; axis++) {
            size *= shape.size(axis);
        }
        return Math.toIntExact(size);
    }

    private static void skip(int[] places, long row, int width) {
        for (int i = 0; i < places.length; i++) {
            places[i] = row >= 0 && places[i] / width == row ? NOWHERE : places[i];
        }
    }

    private static long[] checked(Indexing op, Value index, long limit) {
        long[] numbers = Elements.integers(index);
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] < 0 || numbers[i] >= limit) {
                throw new IllegalArgumentException(op.label() + ": index " + numbers[i] + " at "
                        + Rows.position(index.shape(), i) + " is out of range for size " + limit);
            }
        }
        return numbers;
    }
}
