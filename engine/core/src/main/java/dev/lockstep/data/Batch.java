package dev.lockstep.data;

import dev.lockstep.tensor.Tensor;
import java.util.Objects;

/**
 * A piece of a step's global batch: which samples, not yet their values. Asking for {@link #x} or {@link #y} makes the
 * tensors of this piece alone, on the calling thread and in its scope, anew each time. Immutable and thread-safe; costs
 * nothing to slice.
 */
public final class Batch {
    private final Dataset dataset;
    private final Order order;
    private final long epoch;
    private final long from;
    private final int size;

    /** Says which sample stands at a place of an epoch. */
    interface Order {
        long at(long place);
    }

    Batch(Dataset dataset, Order order, long epoch, long from, int size) {
        this.dataset = dataset;
        this.order = order;
        this.epoch = epoch;
        this.from = from;
        this.size = size;
    }

    /** Makes a batch of the samples {@code from} to {@code to} (exclusive) of a data set, in order. */
    public static Batch of(Dataset dataset, long from, long to) {
        Objects.checkFromToIndex(from, to, dataset.size());
        return new Batch(dataset, place -> place, 0, from, Math.toIntExact(to - from));
    }

    /** {@return the number of samples; 0 for an empty slice} */
    public int size() {
        return size;
    }

    /** {@return the epoch, from 0} */
    public long epoch() {
        return epoch;
    }

    /** {@return the samples' ids in the data set, in order} */
    public long[] ids() {
        long[] ids = new long[size];
        for (int i = 0; i < size; i++) {
            ids[i] = order.at(from + i);
        }
        return ids;
    }

    /**
     * {@return the samples {@code start} to {@code end} (exclusive) of this batch}
     *
     * @throws IndexOutOfBoundsException if that is not inside of it
     */
    public Batch slice(int start, int end) {
        Objects.checkFromToIndex(start, end, size);
        return new Batch(dataset, order, epoch, from + start, end - start);
    }

    /** Makes what the model is given: column 0, [size, ...]. */
    public Tensor x() {
        return column(0);
    }

    /** Makes what the model should say: column 1, [size, ...]. */
    public Tensor y() {
        return column(1);
    }

    /** Makes the rows of any column, [size, ...]. */
    public Tensor column(int column) {
        return dataset.column(column, ids(), epoch);
    }

    @Override
    public String toString() {
        return "Batch(epoch " + epoch + ", places " + from + " to " + (from + size) + ")";
    }
}
