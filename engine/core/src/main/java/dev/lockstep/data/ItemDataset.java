package dev.lockstep.data;

/**
 * Samples by id, one at a time: a record, list or map of tensors, or whatever a collation takes. For samples whose
 * parts have no common shape, or come together out of one file. {@link Dataset} is for columns.
 *
 * @param <S> a sample
 */
public interface ItemDataset<S> {
    /** {@return the number of samples; ids run from 0} */
    long size();

    /**
     * Makes a sample, in the current scope. Called by several threads at once: a function of its arguments.
     *
     * @param epoch which pass over the data this is for; augmentation is keyed by it and the id, others ignore it
     */
    S get(long id, long epoch);
}
