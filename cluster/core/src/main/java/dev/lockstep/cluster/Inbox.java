package dev.lockstep.cluster;

import java.util.List;

/**
 * Lets the messages of one peer's {@link Outbox} through once and in order, however often and in whatever order its
 * batches come. Confined to one thread.
 */
public final class Inbox {

    private long heard;

    /**
     * Takes a batch.
     *
     * @param first the number of its first message
     * @param messages the messages, in order
     * @param <M> their type
     * @return those that are new; none if an earlier message is missing, since that will be sent again
     */
    public <M> List<M> accept(long first, List<M> messages) {
        long next = first + messages.size();
        if (first > heard || next <= heard) {
            return List.of();
        }
        List<M> fresh = messages.subList((int) (heard - first), messages.size());
        heard = next;
        return List.copyOf(fresh);
    }

    /** {@return how many messages have come, from the first on: what the peer must be told} */
    public long heard() {
        return heard;
    }
}
