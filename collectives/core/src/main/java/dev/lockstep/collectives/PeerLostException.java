package dev.lockstep.collectives;

import org.jspecify.annotations.Nullable;

/** Says that a peer is gone: its process died, its connection broke, or what it sent cannot be trusted. */
public final class PeerLostException extends CollectiveException {
    private static final long serialVersionUID = 1L;

    private final int peer;
    private final String address;

    /** Makes the exception with a message that names rank, address and {@code what} happened. */
    public static PeerLostException of(int peer, String address, String what, @Nullable Throwable cause) {
        return new PeerLostException(peer, address, "rank " + peer + " (" + address + ") is lost: " + what, cause);
    }

    /**
     * Makes what a peer's own farewell means here: that peer is lost, or the one whose loss made it give up.
     *
     * @param reason why the peer gave the group up
     */
    public static PeerLostException passedOn(int peer, String address, CollectiveException reason) {
        if (reason instanceof PeerLostException lost) {
            String message = lost.getMessage() + " (told by rank " + peer + ", " + address + ")";
            return new PeerLostException(lost.peer(), lost.address(), message, reason);
        }
        return of(peer, address, "it gave up: " + reason.getMessage(), reason);
    }

    PeerLostException(int peer, String address, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.peer = peer;
        this.address = address;
    }

    /** {@return the rank that is gone} */
    public int peer() {
        return peer;
    }

    /** {@return where it was reached} */
    public String address() {
        return address;
    }
}
