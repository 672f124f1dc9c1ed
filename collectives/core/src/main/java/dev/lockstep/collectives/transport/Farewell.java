package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.PeerLostException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Why a worker gives its group up, as bytes: the peer it lost, if that is the reason, and a message. */
public final class Farewell {
    /** No farewell is longer. */
    public static final int BYTES_MAX = 3 << 10;

    private static final int NOBODY = -1;
    private static final int ADDRESS_MAX = 100;
    private static final int TEXT_MAX = 900; // A character takes up to three bytes.

    private Farewell() {}

    /** {@return the reason's bytes; a long message is cut} */
    public static byte[] encode(CollectiveException reason) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            boolean lost = reason instanceof PeerLostException;
            out.writeInt(lost ? ((PeerLostException) reason).peer() : NOBODY);
            out.writeUTF(lost ? cut(((PeerLostException) reason).address(), ADDRESS_MAX) : "");
            out.writeUTF(cut(reason.getMessage(), TEXT_MAX));
        } catch (IOException impossible) {
            throw new AssertionError("an array takes all bytes", impossible);
        }
        return bytes.toByteArray();
    }

    private static String cut(String text, int lengthMax) {
        return text.substring(0, Math.min(lengthMax, text.length()));
    }

    /**
     * Reads a reason.
     *
     * @throws IllegalArgumentException if the bytes are none
     */
    public static CollectiveException decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int peer = in.readInt();
            String address = in.readUTF();
            String message = in.readUTF();
            return peer == NOBODY
                    ? new GroupAbortedException(message)
                    : PeerLostException.of(peer, address, message, null);
        } catch (IOException torn) {
            throw new IllegalArgumentException("its farewell of " + bytes.length + " bytes cannot be read", torn);
        }
    }
}
