package dev.lockstep.data;

import java.util.Iterator;
import java.util.concurrent.Callable;

/**
 * What a loop over a loader takes, with an end that lets go of threads and files. Closing twice does nothing.
 *
 * @param <T> a batch, or the work that makes one
 */
interface Batches<T> extends Iterator<T>, AutoCloseable {
    @Override
    default void close() {}

    /** {@return the batches of a plain iterator} */
    static <T> Batches<T> of(Iterator<T> batches) {
        return new Batches<>() {
            @Override
            public boolean hasNext() {
                return batches.hasNext();
            }

            @Override
            public T next() {
                return batches.next();
            }
        };
    }

    /** {@return the batches that pieces of work make, on the loop's own thread or ahead of it on others} */
    static <T> Batches<T> made(Batches<? extends Work<T>> work, int workers, int ahead) {
        if (workers > 0) {
            return new Prefetch<>(work, workers, Math.max(workers, ahead));
        }
        return new Batches<>() {
            @Override
            public boolean hasNext() {
                return work.hasNext();
            }

            @Override
            public T next() {
                return work.next().call();
            }

            @Override
            public void close() {
                work.close();
            }
        };
    }

    /**
     * Makes one batch.
     *
     * @param <T> the batch
     */
    interface Work<T> extends Callable<T> {
        @Override
        T call();
    }
}
