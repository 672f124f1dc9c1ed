package dev.lockstep.data;

import dev.lockstep.tensor.Scope;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens a scope for each turn of a loop over batches and closes the one before; tensors that a worker made join the
 * turn in which they are handed out. Confined to the loop's thread.
 *
 * @param <T> a batch
 */
final class Turns<T> implements Iterator<T>, AutoCloseable {
    private final Batches<T> batches;
    private final IntConsumer onTurn;
    private @Nullable Scope turn;
    private int taken;
    private boolean over;

    /**
     * Makes the iterator of one loop.
     *
     * @param onTurn told, at the start of each turn, how many batches have been handed out with it, and -1 when all are
     */
    Turns(Batches<T> batches, IntConsumer onTurn) {
        this.batches = batches;
        this.onTurn = onTurn;
    }

    @Override
    public boolean hasNext() {
        endTurn();
        boolean more = !over && batches.hasNext();
        if (!more) {
            finish();
        }
        return more;
    }

    @Override
    public T next() {
        endTurn();
        if (over || !batches.hasNext()) {
            throw new NoSuchElementException("data loader: the epoch is over");
        }
        Scope opened = Scope.openTurn("data loader iteration", this::close);
        turn = opened;
        boolean made = false;
        try {
            T batch = batches.next();
            opened.adopt(Batch.held(batch));
            onTurn.accept(++taken);
            made = true;
            return batch;
        } finally {
            if (!made) {
                endTurn();
                close();
            }
        }
    }

    private void endTurn() {
        if (turn != null) {
            turn.close();
            turn = null;
        }
    }

    private void finish() {
        if (!over) {
            onTurn.accept(-1);
            close();
        }
    }

    /** Ends the workers of a loop that was left, or is over. The scope of its last turn is not touched. */
    @Override
    public void close() {
        over = true;
        batches.close();
    }
}
