package dev.lockstep.data;

import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Samples by id, in columns: column 0 is what a model is given, column 1 what it should say. Rows are made only when
 * somebody asks for them, possibly by several threads at once and again after a failure, so {@link #column} is a
 * function of its arguments.
 */
public interface Dataset {
    /** {@return the number of samples; ids run from 0} */
    long size();

    /** {@return the number of columns} */
    int columns();

    /**
     * Makes the rows of some samples, in the current scope: [ids.length, ...]. No ids give a tensor of no rows.
     *
     * @param column which column, from 0
     * @param ids the samples, in the order of the rows
     * @param epoch which pass over the data this is for; augmentation is keyed by it and the id, others ignore it
     * @throws IndexOutOfBoundsException if there is no such column or sample
     */
    Tensor column(int column, long[] ids, long epoch);

    /**
     * {@return whether a row of {@link #column} depends on its id and the epoch alone, so that rows asked for together
     * are those asked for one by one} False where that is not known, as of a user's function.
     */
    default boolean keepsRowsApart() {
        return false;
    }

    /** {@return this data set with a function applied to the rows of one column, such as a conversion from bytes} */
    default Dataset map(int column, UnaryOperator<Tensor> function) {
        return new MappedDataset(this, column, function);
    }

    /** {@return the samples {@code from} to {@code to} (exclusive) of this data set, with ids from 0} */
    default Dataset subset(long from, long to) {
        Objects.checkFromToIndex(from, to, size());
        return new ChosenDataset(this, to - from, id -> from + id);
    }

    /**
     * {@return the samples of some ids, with ids from 0}
     *
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    default Dataset subset(long[] ids) {
        long[] chosen = ids.clone();
        for (long id : chosen) {
            Objects.checkIndex(id, size());
        }
        return new ChosenDataset(this, chosen.length, id -> chosen[Math.toIntExact(id)]);
    }

    /**
     * Cuts this data set at random into parts that have no sample in common; together they have all.
     *
     * @param seed of the order in which samples are dealt out
     * @param sizes of the parts
     * @throws IllegalArgumentException if the sizes do not add up to this set's
     */
    default List<Dataset> randomSplit(long seed, long... sizes) {
        SampleOrder order = new SampleOrder(seed, 0, size());
        List<Dataset> parts = new ArrayList<>();
        long from = 0;
        for (long size : sizes) {
            long start = from;
            parts.add(new ChosenDataset(this, size, id -> order.at(start + id)));
            from = size < 0 ? Long.MIN_VALUE : from + size;
        }
        if (from != size()) {
            throw new IllegalArgumentException(
                    "randomSplit: sizes " + Arrays.toString(sizes) + " do not add up to " + size() + " samples");
        }
        return parts;
    }

    /**
     * {@return data sets one after the other, with ids from 0}
     *
     * @throws IllegalArgumentException if they differ in their number of columns
     */
    static Dataset concat(Dataset... parts) {
        return new ConcatDataset(List.of(parts));
    }
}
