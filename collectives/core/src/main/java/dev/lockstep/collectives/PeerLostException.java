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
