package dev.lockstep.collectives.parallel;

import dev.lockstep.train.NodeSum;
import org.jspecify.annotations.Nullable;

/**
 * The result of the last reduction, kept until every member is known to hold it too. Confined to the trainer's thread.
 */
final class HeldResult implements AutoCloseable {
    private long sequence = -1;
    private @Nullable NodeSum sum;

    /** {@return the last reduction held, -1 if there was none} */
    long sequence() {
        return sequence;
    }

    /** Holds a result by references of its own; the one before is let go. */
    void hold(long newSequence, NodeSum total) {
        release();
        sequence = newSequence;
        sum = total.alias();
    }

    /**
     * {@return the sum of the last reduction}
     *
     * @throws IllegalStateException if it was let go, because everyone had it
     */
    NodeSum sum() {
        NodeSum kept = sum;
        if (kept == null) {
            throw new IllegalStateException(
                    "the result of reduction " + sequence + " is asked for, though all members had said they hold it");
        }
        return kept;
    }

    /** Lets the tensors go: every member holds this result. */
    void release() {
        if (sum != null) {
            sum.close();
            sum = null;
        }
    }

    @Override
    public void close() {
        release();
    }
}
