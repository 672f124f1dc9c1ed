package dev.lockstep.collectives.netty;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets a TCP endpoint's bounds.
 *
 * @param handshakePatience how long a caller may take to prove who it is
 * @param strangersMax how many callers may be about to do so at a time; more are sent away
 * @param transferPatience the least time for which a message that has begun may stand still
 * @param sockets how many connections each two workers have; the same for all workers
 * @param tls what connections are encrypted with, if they are; the same for all workers
 * @param onRefusal receives one line for a caller that is sent away, with its address and why; from any thread
 * @param nanoTime a monotonic clock
 */
public record TcpOptions(
        Duration handshakePatience,
        int strangersMax,
        Duration transferPatience,
        int sockets,
        Optional<TlsIdentity> tls,
        Consumer<String> onRefusal,
        LongSupplier nanoTime) {
    /** More would cost more than they could bring. */
    public static final int SOCKETS_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(TcpEndpoint.class);
    private static final Duration HANDSHAKE_PATIENCE = Duration.ofSeconds(10);
    private static final int STRANGERS_MAX = 256;
    private static final Duration TRANSFER_PATIENCE = Duration.ofSeconds(10);

    /** Checks that the bounds make sense. */
    public TcpOptions {
        if (!handshakePatience.isPositive() || !transferPatience.isPositive() || strangersMax < 1) {
            throw new IllegalArgumentException("tcp options: handshakePatience " + handshakePatience
                    + " and transferPatience " + transferPatience + " must be positive, and strangersMax "
                    + strangersMax + " at least 1");
        }
        if (sockets < 1 || sockets > SOCKETS_MAX) {
            throw new IllegalArgumentException("tcp options: sockets is " + sockets + ", not from 1 to " + SOCKETS_MAX);
        }
    }

    /**
     * {@return ten seconds for a handshake, ten for a message that stands still, 256 strangers, one socket, no TLS,
     * refusals logged}
     */
    public static TcpOptions defaults(LongSupplier nanoTime) {
        return new TcpOptions(
                HANDSHAKE_PATIENCE, STRANGERS_MAX, TRANSFER_PATIENCE, 1, Optional.empty(), LOG::warn, nanoTime);
    }

    /** {@return these options with another receiver of refusals} */
    public TcpOptions withOnRefusal(Consumer<String> other) {
        return new TcpOptions(handshakePatience, strangersMax, transferPatience, sockets, tls, other, nanoTime);
    }

    /** {@return these options with other bounds for strangers} */
    public TcpOptions withStrangers(Duration patience, int max) {
        return new TcpOptions(patience, max, transferPatience, sockets, tls, onRefusal, nanoTime);
    }

    /** {@return these options with another patience with messages that stand still} */
    public TcpOptions withTransferPatience(Duration other) {
        return new TcpOptions(handshakePatience, strangersMax, other, sockets, tls, onRefusal, nanoTime);
    }

    /** {@return these options with TLS on every connection, both ends proving who they are} */
    public TcpOptions withTls(TlsIdentity identity) {
        return new TcpOptions(
                handshakePatience, strangersMax, transferPatience, sockets, Optional.of(identity), onRefusal, nanoTime);
    }

    /** {@return these options with another number of connections a pair, which share its messages} */
    public TcpOptions withSockets(int count) {
        return new TcpOptions(handshakePatience, strangersMax, transferPatience, count, tls, onRefusal, nanoTime);
    }
}
