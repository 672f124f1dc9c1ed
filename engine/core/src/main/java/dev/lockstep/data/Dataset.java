package dev.lockstep.data;

import dev.lockstep.tensor.Tensor;
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

    /** {@return this data set with a function applied to the rows of one column, such as a conversion from bytes} */
    default Dataset map(int column, UnaryOperator<Tensor> function) {
        return new MappedDataset(this, column, function);
    }

    /** {@return the samples {@code from} to {@code to} (exclusive) of this data set, with ids from 0} */
    default Dataset subset(long from, long to) {
        return new Subset(this, from, to);
    }
}
