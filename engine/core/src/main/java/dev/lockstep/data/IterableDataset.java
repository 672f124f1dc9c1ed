package dev.lockstep.data;

import java.util.Iterator;

/**
 * Samples that come one after the other, with no way to ask for one by id: a stream, a log, a generator. One thread
 * reads it, so the order of the samples does not depend on how many threads join them to batches.
 *
 * @param <S> a sample
 */
public interface IterableDataset<S> {
    /**
     * Starts a pass. An iterator that is {@link java.io.Closeable} is closed when the pass ends. Tensors of the samples
     * belong to the loader, which closes them once they are joined, unless they are buffers ({@code asBuffer()}).
     *
     * @param epoch which pass this is, from 0
     */
    Iterator<S> iterator(long epoch);
}
