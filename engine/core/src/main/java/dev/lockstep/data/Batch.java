package dev.lockstep.data;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a step's global batch: which samples, not yet their values. Asking for {@link #x} or {@link #y} makes the
 * tensors of this piece alone, on the calling thread and in its scope, anew each time; where worker threads have made
 * them already, gives those. Immutable and thread-safe; costs nothing to slice.
 */
public final class Batch {
    private final Dataset dataset;
    private final Order order;
    private final long epoch;
    private final long from;
    private final int size;
    /** The columns, if a worker has made them. */
    private final @Nullable List<Tensor> ready;

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
        this.ready = null;
    }

    private Batch(Batch same, List<Tensor> ready) {
        this.dataset = same.dataset;
        this.order = same.order;
        this.epoch = same.epoch;
        this.from = same.from;
        this.size = same.size;
        this.ready = ready;
    }

    /** {@return this batch with all columns made, on the calling thread and outside of any scope} */
    Batch made() {
        List<Tensor> columns = new ArrayList<>();
        for (int column = 0; column < dataset.columns(); column++) {
            int index = column;
            columns.add(Scope.outside(() -> dataset.column(index, ids(), epoch)));
        }
        return new Batch(this, columns);
    }

    /** {@return the tensors that a loop must let go of: those that a worker has made of a batch, or a batch itself} */
    static Object held(Object batch) {
        return batch instanceof Batch lazy ? Objects.requireNonNullElse(lazy.ready, List.of()) : batch;
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
        return ready == null ? dataset.column(column, ids(), epoch) : ready.get(column);
    }

    @Override
    public String toString() {
        return "Batch(epoch " + epoch + ", places " + from + " to " + (from + size) + ")";
    }
}
