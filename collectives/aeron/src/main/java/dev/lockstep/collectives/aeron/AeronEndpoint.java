package dev.lockstep.collectives.aeron;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Endpoint;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's end of the data plane over Aeron: one port for the life of the process, one generation after the other, by
 * a media driver of its own or one that all workers of the machine share. Thread-safe.
 */
public final class AeronEndpoint implements Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(AeronEndpoint.class);
    private static final long ANSWER_PAUSE_NANOS = 20_000;
    private static final int RESERVED_STREAM = 1;

    private final WireIdentity identity;
    private final AeronOptions options;
    private final Optional<MediaDriver> embedded;
    private final Aeron aeron;
    private final AeronPump pump;
    private final String address;
    private final AtomicLong fence = new AtomicLong();
    private final SecureRandom nonces = new SecureRandom();

    private AeronEndpoint(
            String host, WireIdentity identity, AeronOptions options, Optional<MediaDriver> embedded, Aeron aeron)
            throws IOException {
        this.identity = identity;
        this.options = options;
        this.embedded = embedded;
        this.aeron = aeron;
        this.pump = new AeronPump(work(embedded, aeron), options.nanoTime());
        String own = host + ":" + freePort(host);
        Optional<Path> driver = options.driver();
        this.address = driver.isEmpty() ? own : AeronChannels.shared(own, AeronChannels.nameOf(driver.get()));
        // Nobody publishes to this stream: it keeps the port for the life of the endpoint.
        pump.locked(() -> aeron.addSubscription("aeron:udp?endpoint=" + own, RESERVED_STREAM));
    }

    private static IntSupplier work(Optional<MediaDriver> embedded, Aeron aeron) {
        AgentInvoker client = aeron.conductorAgentInvoker();
        if (embedded.isEmpty()) {
            return client::invoke;
        }
        AgentInvoker driver = embedded.get().sharedAgentInvoker();
        return () -> driver.invoke() + client.invoke();
    }

    /** {@return a port that was free a moment ago; a subscription to port 0 could not be shared by others} */
    private static int freePort(String host) {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(host, 0))) {
            return socket.getLocalPort();
        } catch (SocketException e) {
            throw new IllegalStateException("no free port on " + host + ": " + e.getMessage(), e);
        }
    }

    /**
     * Starts a driver, unless the options name one, and listens on a free port of a host; see {@link AeronFitness}
     * before.
     *
     * @throws IllegalStateException naming the host, or the folder in which no driver runs, if that cannot be
     */
    public static AeronEndpoint open(String host, WireIdentity identity, AeronOptions options) {
        options.driver().ifPresent(AeronEndpoint::requireActive);
        Optional<MediaDriver> embedded = options.driver().isPresent()
                ? Optional.empty()
                : Optional.of(MediaDriver.launch(AeronDriver.context(options).threadingMode(ThreadingMode.INVOKER)));
        try {
            Aeron.Context context = new Aeron.Context()
                    .aeronDirectoryName(embedded.map(MediaDriver::aeronDirectoryName)
                            .orElseGet(() -> options.driver().orElseThrow().toString()))
                    .useConductorAgentInvoker(true)
                    .awaitingIdleStrategy(new SleepingIdleStrategy(ANSWER_PAUSE_NANOS)) // 16 ms otherwise.
                    .driverTimeoutMs(Duration.ofMinutes(1).toMillis())
                    .errorHandler(error -> LOG.debug("Aeron's client: {}", error.toString()));
            embedded.ifPresent(driver -> context.driverAgentInvoker(driver.sharedAgentInvoker()));
            Aeron aeron = Aeron.connect(context);
            AeronEndpoint endpoint = new AeronEndpoint(host, identity, options, embedded, aeron);
            endpoint.pump.start("aeron-" + endpoint.address);
            return endpoint;
        } catch (RuntimeException | IOException failed) {
            embedded.ifPresent(MediaDriver::close);
            throw new IllegalStateException("cannot listen on " + host + " by Aeron: " + failed.getMessage(), failed);
        }
    }

    private static void requireActive(Path driver) {
        if (!AeronDriver.isActive(driver.toFile())) {
            throw new IllegalStateException("no Aeron driver runs in " + driver);
        }
    }

    /** {@return where peers reach this worker, {@code host:port} and the driver it shares with others, if it does} */
    @Override
    public String address() {
        return address;
    }

    /** Fails joins of generations older than this one with {@link FencedException}, now and later. */
    @Override
    public void fence(long generation) {
        fence.accumulateAndGet(generation, Math::max);
    }

    /**
     * Connects the workers of a generation, who all call this. Fences older generations.
     *
     * @param addresses where each worker listens, by rank
     * @param timeout how long all of it may take
     * @throws FencedException if a newer generation superseded this one
     * @throws PeerLostException naming the first worker that could not be connected in time
     */
    @Override
    public Transport join(long generation, int rank, List<String> addresses, Duration timeout) {
        fence(generation);
        AeronTransport.Member member = new AeronTransport.Member(identity, options, generation, rank);
        AeronJoin join = new AeronJoin(member, addresses, aeron, pump, nonces);
        long since = options.nanoTime().getAsLong();
        try {
            while (!pump.locked(join::step)) {
                if (fence.get() > generation) {
                    throw new FencedException("generation " + generation + " is superseded by " + fence.get());
                }
                if (options.nanoTime().getAsLong() - since > timeout.toNanos()) {
                    int missing = join.missing();
                    throw PeerLostException.of(missing, addresses.get(missing), "it was not connected in time", null);
                }
                pump.pause();
            }
            return pump.locked(join::finish);
        } catch (CollectiveException failed) {
            pump.locked(join::giveUp);
            throw failed;
        }
    }

    /** Stops the driver; transports that are still open end. */
    @Override
    public void close() {
        fence(Long.MAX_VALUE);
        pump.end();
        aeron.close();
        embedded.ifPresent(MediaDriver::close);
    }

    /** {@return where this worker listens} */
    @Override
    public String toString() {
        return "aeron:udp at " + address;
    }
}
