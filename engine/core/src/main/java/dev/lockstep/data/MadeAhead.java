package dev.lockstep.data;

import dev.lockstep.tensor.TensorTree;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The batches of an epoch, of which worker threads make some slices ahead: see {@link DataLoader#epochAhead}. A batch
 * taken is good until the next is. Confined to the loop's thread; slices may be read by any.
 */
public final class MadeAhead implements Iterator<Batch>, AutoCloseable {
    private final Batches<Batch> batches;
    private @Nullable Batch taken;

    MadeAhead(Batches<Batch> batches) {
        this.batches = batches;
    }

    @Override
    public boolean hasNext() {
        return batches.hasNext();
    }

    /** Lets go of the batch before and waits for the next; what kept a worker from making it is thrown here. */
    @Override
    public Batch next() {
        release();
        Batch next = batches.next();
        taken = next;
        return next;
    }

    private void release() {
        if (taken != null) {
            TensorTree.close(Batch.held(taken));
            taken = null;
        }
    }

    /** Ends the workers and lets go of what they made. */
    @Override
    public void close() {
        release();
        batches.close();
    }
}
