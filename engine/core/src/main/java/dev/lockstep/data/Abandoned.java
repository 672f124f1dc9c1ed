package dev.lockstep.data;

import java.lang.ref.Cleaner;
import java.util.Iterator;

/** Ends the workers of loops that were left outside of any scope, when the collector finds them. */
final class Abandoned {
    private static final Cleaner CLEANER = Cleaner.create();

    private Abandoned() {}

    /** Closes the batches once the iterator is unreachable. Returns the iterator. */
    static <T> Iterator<T> watch(Turns<T> iterator, Batches<T> batches) {
        if (batches instanceof Prefetch) {
            CLEANER.register(iterator, batches::close);
        }
        return iterator;
    }
}
