package dev.lockstep.data;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.batching.Batched;
import dev.lockstep.backend.batching.Batching;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final Made made;
    private final List<Batch> lanes;

    /**
     * What a worker has made of a batch.
     *
     * @param columns of the whole batch; null where they were not made
     * @param lent whether {@link #column} gives tensors of its own that share the columns' memory, for several threads
     * @param pieces slices whose columns were made, by the place of their first sample in the batch
     */
    private record Made(@Nullable List<Tensor> columns, boolean lent, Map<Integer, Batch> pieces) {
        static final Made NOTHING = new Made(null, false, Map.of());
    }

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
        this.made = Made.NOTHING;
        this.lanes = List.of();
    }

    private Batch(Batch same, Made made, List<Batch> lanes) {
        this.dataset = same.dataset;
        this.order = same.order;
        this.epoch = same.epoch;
        this.from = same.from;
        this.size = same.size;
        this.made = made;
        this.lanes = lanes;
    }

    /**
     * Makes one batch that stands for several, one a lane: its tensors have the shape of one piece's and the rows of
     * all; see {@link dev.lockstep.backend.batching}.
     *
     * @param pieces slices of one batch that follow each other, of one size
     */
    public static Batch sideBySide(List<Batch> pieces) {
        return new Batch(pieces.getFirst(), Made.NOTHING, List.copyOf(pieces));
    }

    /** {@return this batch with all columns made, on the calling thread and outside of any scope} */
    Batch made() {
        return new Batch(this, new Made(columns(), false, Map.of()), List.of());
    }

    /**
     * {@return this batch with all columns of some slices of it made, on the calling thread and outside of any scope}
     */
    Batch madeIn(List<Batch> slices) {
        Map<Integer, Batch> pieces = new HashMap<>();
        for (Batch slice : slices) {
            Batch piece = new Batch(slice, new Made(slice.columns(), true, Map.of()), List.of());
            pieces.put((int) (slice.from - from), piece);
        }
        return new Batch(this, new Made(null, false, pieces), List.of());
    }

    private List<Tensor> columns() {
        List<Tensor> columns = new ArrayList<>();
        for (int column = 0; column < dataset.columns(); column++) {
            int index = column;
            Tensor rows = Scope.outside(() -> dataset.column(index, ids(), epoch));
            rows.value().storage().compute(); // What was put off would else be computed by whoever reads it.
            columns.add(rows);
        }
        return columns;
    }

    /** {@return the tensors that a loop must let go of: those that a worker has made of a batch, or a batch itself} */
    static Object held(Object batch) {
        if (!(batch instanceof Batch lazy)) {
            return batch;
        }
        List<Object> held = new ArrayList<>(Objects.requireNonNullElse(lazy.made.columns, List.of()));
        lazy.made.pieces.values().forEach(piece -> held.add(held(piece)));
        return held;
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
        refuseForLanes("the samples' ids");
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
        refuseForLanes("a slice of the batch");
        Objects.checkFromToIndex(start, end, size);
        Batch piece = made.pieces.get(start);
        if (piece != null && piece.size == end - start) {
            return piece;
        }
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
        if (!lanes.isEmpty()) {
            return Scope.tidy(() -> Tensor.wrap(isInOnePiece() ? together(column) : joined(column)));
        }
        if (made.columns == null) {
            return dataset.column(column, ids(), epoch);
        }
        Tensor rows = made.columns.get(column);
        return made.lent ? rows.detach() : rows;
    }

    private void refuseForLanes(String asked) {
        if (!lanes.isEmpty()) {
            throw Batching.refusal(asked);
        }
    }

    /** {@return whether all lanes' rows can be asked for at once} */
    private boolean isInOnePiece() {
        return dataset.keepsRowsApart() && lanes.stream().allMatch(piece -> piece.made.columns == null);
    }

    private Value together(int column) {
        Batch all = new Batch(dataset, order, epoch, from, lanes.size() * size);
        Tensor rows = all.column(column).contiguous();
        Backend backend = Backends.of(rows.device());
        return Batched.ofRows(backend, lanes.size(), rows.value().alias());
    }

    private Value joined(int column) {
        List<Tensor> rows =
                lanes.stream().map(piece -> piece.column(column).contiguous()).toList();
        Tensor first = rows.getFirst();
        for (Tensor other : rows) {
            if (!other.shape().equals(first.shape()) || other.dtype() != first.dtype()) {
                throw Batching.refusal("the shape of column " + column);
            }
        }
        List<Value> values = rows.stream().map(lane -> lane.value().alias()).toList();
        return Batched.of(Backends.of(first.device()), values);
    }

    @Override
    public String toString() {
        return "Batch(epoch " + epoch + ", places " + from + " to " + (from + size) + ")";
    }
}
