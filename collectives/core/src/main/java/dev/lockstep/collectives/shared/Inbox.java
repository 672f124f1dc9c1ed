package dev.lockstep.collectives.shared;

import dev.lockstep.collectives.transport.Arrival;
import dev.lockstep.collectives.transport.Mailbox;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What comes in from one peer. What nobody asks for stays in the ring. Confined to the transport's pump. */
final class Inbox {
    private final Ring ring;
    private final Mailbox mailbox;
    private final int peer;
    private @Nullable Arrival arrival;
    private long at;

    Inbox(Ring ring, Mailbox mailbox, int peer) {
        this.ring = ring;
        this.mailbox = mailbox;
        this.peer = peer;
    }

    /**
     * Reads what is there; returns whether anything was.
     *
     * @throws IllegalStateException if it cannot be a message
     */
    boolean pump() {
        boolean any = false;
        while (arrival == null ? begin() : read(arrival)) {
            any = true;
        }
        return any;
    }

    private boolean begin() {
        if (ring.available() < MessageHead.BYTES || mailbox.isSaturated(peer)) {
            return false;
        }
        MessageHead head = MessageHead.read(ring.peek(MessageHead.BYTES));
        if (head.messageBytes() < 0) {
            throw new IllegalStateException("a message of " + head.messageBytes() + " bytes");
        }
        ring.skip(MessageHead.BYTES);
        Arrival begun = mailbox.begin(peer, head.envelope(), head.messageBytes());
        at = 0;
        if (head.messageBytes() == 0) {
            begun.finish();
        } else {
            arrival = begun;
        }
        return true;
    }

    private boolean read(Arrival now) {
        long padded = MessageHead.padded(now.sizeBytes());
        MemorySegment piece = ring.peek(Math.min(ring.available(), padded - at));
        if (piece.byteSize() == 0) {
            return false;
        }
        long count = Math.min(piece.byteSize(), now.sizeBytes() - at);
        if (count > 0) {
            now.write(at, piece.asSlice(0, count));
        }
        ring.skip(piece.byteSize());
        at += piece.byteSize();
        if (at == padded) {
            arrival = null;
            now.finish();
        }
        return true;
    }
}
