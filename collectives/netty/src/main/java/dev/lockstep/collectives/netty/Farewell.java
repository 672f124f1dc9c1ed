package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.PeerLostException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Why a worker gives its group up, as bytes: the peer it lost, if that is the reason, and a message. */
final class Farewell {
    private static final int NOBODY = -1;
    private static final int TEXT_MAX = 8 << 10;

    private Farewell() {}

    static byte[] encode(CollectiveException reason) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            boolean lost = reason instanceof PeerLostException;
            out.writeInt(lost ? ((PeerLostException) reason).peer() : NOBODY);
            out.writeUTF(lost ? ((PeerLostException) reason).address() : "");
            String message = String.valueOf(reason.getMessage());
            out.writeUTF(message.substring(0, Math.min(TEXT_MAX, message.length())));
        } catch (IOException impossible) {
            throw new AssertionError("an array takes all bytes", impossible);
        }
        return bytes.toByteArray();
    }

    static CollectiveException decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int peer = in.readInt();
            String address = in.readUTF();
            String message = in.readUTF();
            return peer == NOBODY
                    ? new GroupAbortedException(message)
                    : PeerLostException.of(peer, address, message, null);
        } catch (IOException torn) {
            throw new UntrustedException("its farewell of " + bytes.length + " bytes cannot be read");
        }
    }
}
