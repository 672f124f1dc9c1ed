package dev.lockstep.collectives.netty;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.wire.Frame;
import dev.lockstep.collectives.wire.FrameCodec;
import dev.lockstep.collectives.wire.Hello;
import dev.lockstep.collectives.wire.WireIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** A peer written with a plain socket, that can say anything. */
final class RawPeer implements AutoCloseable {
    private static final int BOUND_MILLIS = 10_000;

    private final Socket socket;

    RawPeer(String address) {
        try {
            int colon = address.lastIndexOf(':');
            socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
            socket.setSoTimeout(BOUND_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Calls as rank 1 of 2 and returns everything that the listener said. */
    byte[] shakeHands(WireIdentity identity, long generation) {
        Hello hello = new Hello(
                HexFormat.of().formatHex(identity.job()),
                identity.attempt(),
                generation,
                1,
                2,
                0,
                1,
                "00".repeat(Hello.NONCE_BYTES));
        send(hello.encode());
        byte[] answer = receive(Hello.ANSWER_BYTES);
        byte[] nonce = Arrays.copyOfRange(answer, 1, 1 + Hello.NONCE_BYTES);
        send(identity.proof("caller", hello.encode(), nonce));
        return answer;
    }

    /** {@return a whole frame of one message of bytes to the receive with tag 0} */
    static byte[] frame(WireIdentity identity, long generation, byte[] payload) {
        Tag first = new Tag(0, -1, 0, 0);
        Signature call = Signature.ofBytes(Signature.Kind.POINT_TO_POINT, payload.length, 0);
        return frame(
                identity,
                generation,
                Frame.chunk(Frame.Kind.DATA, new Envelope(first, call), payload.length, 0, TcpTransport.CHUNK_BYTES),
                payload);
    }

    /** {@return any frame with its payload, its checksums right} */
    static byte[] frame(WireIdentity identity, long generation, Frame frame, byte[] payload) {
        ByteBuffer whole = ByteBuffer.allocate(FrameCodec.BYTES + payload.length);
        new FrameCodec(identity, generation, TcpTransport.CHUNK_BYTES).encode(frame, ByteBuffer.wrap(payload), whole);
        return whole.put(payload).array();
    }

    void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends what the other side still listens to. */
    void sendAsFarAsHeard(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            // It has hung up in the middle, as it should on what cannot be trusted.
            assertTrue(isSentAway());
        }
    }

    byte[] receive(int count) {
        try {
            return socket.getInputStream().readNBytes(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return whether the other side ends the connection within ten seconds} */
    boolean isSentAway() {
        try {
            while (socket.getInputStream().read() >= 0) {
                // Whatever it says first is of no interest.
            }
            return true;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
