package dev.lockstep.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What was said to one peer, in order, kept until the peer says that it has come: what a network loses is sent again
 * from here. Messages are numbered from 0; the peer's {@link Inbox} lets each of them through once and in order.
 * Confined to one thread.
 *
 * @param <M> the messages
 */
public final class Outbox<M> {

    /** The most messages that go out at once. */
    private static final int BATCH_MAX = 64;

    private final Deque<M> kept = new ArrayDeque<>();
    private long first;

    /**
     * Adds a message behind those that were said before.
     *
     * @param message the message
     */
    public void add(M message) {
        kept.add(message);
    }

    /**
     * Lets go of messages that have come. What is known already changes nothing, nor does a number that cannot be.
     *
     * @param heard the number of messages that the peer has, from the first on
     */
    public void heard(long heard) {
        if (heard > first + kept.size()) {
            return; // It speaks of another box.
        }
        for (; first < heard; first++) {
            kept.remove();
        }
    }

    /** {@return the number of the first message that is still kept} */
    public long first() {
        return first;
    }

    /** {@return the next messages to send, from {@link #first} on; empty if all have come} */
    public List<M> due() {
        return kept.stream().limit(BATCH_MAX).toList();
    }

    /** {@return whether all messages have come} */
    public boolean isEmpty() {
        return kept.isEmpty();
    }
}
