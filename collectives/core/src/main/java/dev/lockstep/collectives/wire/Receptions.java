package dev.lockstep.collectives.wire;

import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.transport.Tag;
import java.util.HashMap;
import java.util.Map;

/** The messages of one peer that have begun to come in. Confined to whoever reads its connections. */
public final class Receptions {
    private static final int UNDER_WAY_MAX = 4096;

    private final Mailbox mailbox;
    private final int peer;
    private final int chunkBytes;
    private final Map<Tag, Reception> underWay = new HashMap<>();

    /**
     * Makes an empty collection.
     *
     * @param chunkBytes the length of chunks
     */
    public Receptions(Mailbox mailbox, int peer, int chunkBytes) {
        this.chunkBytes = chunkBytes;
        this.mailbox = mailbox;
        this.peer = peer;
    }

    /**
     * {@return where the bytes of a chunk go}
     *
     * @throws UntrustedException if it contradicts what came before
     * @throws IllegalStateException if its message came before, or is too large to be kept for nobody
     */
    Reception begin(Frame chunk) {
        Reception message = underWay.get(chunk.envelope().tag());
        if (message == null) {
            if (underWay.size() == UNDER_WAY_MAX) {
                throw new UntrustedException("it has begun " + UNDER_WAY_MAX + " messages and ended none");
            }
            message = new Reception(chunk, mailbox.begin(peer, chunk.envelope(), chunk.messageBytes()), chunkBytes);
            underWay.put(chunk.envelope().tag(), message);
        }
        message.begin(chunk);
        return message;
    }

    /** Ends a chunk, and its message with the last of them; returns whether that is so. */
    boolean end(Reception message, Frame chunk) {
        if (!message.end(chunk)) {
            return false;
        }
        underWay.remove(chunk.envelope().tag());
        message.arrival().finish();
        return true;
    }

    /** {@return whether a message has begun and not ended} */
    boolean isUnderWay() {
        return !underWay.isEmpty();
    }
}
