package dev.lockstep.collectives.aeron;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.DriverTimeoutException;
import java.io.File;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.IoUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's end of the data plane over Aeron: one media driver and one port for the life of the process, one
 * generation after the other. Thread-safe.
 */
public final class AeronEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AeronEndpoint.class);
    private static final String FOLDER_PREFIX = "lockstep-aeron-";
    private static final long STALE_MILLIS = 10_000;
    private static final int NAME_BYTES = 8;
    private static final int MTU_LOOPBACK_BYTES = 16 << 10;
    private static final int MTU_BYTES = 1_408;
    private static final int MTUS_PER_TERM = 8;
    private static final int RESERVED_STREAM = 1;

    private final WireIdentity identity;
    private final AeronOptions options;
    private final MediaDriver driver;
    private final Aeron aeron;
    private final AeronPump pump;
    private final String address;
    private final AtomicLong fence = new AtomicLong();
    private final SecureRandom nonces = new SecureRandom();

    private AeronEndpoint(String host, WireIdentity identity, AeronOptions options, MediaDriver driver, Aeron aeron) {
        this.identity = identity;
        this.options = options;
        this.driver = driver;
        this.aeron = aeron;
        this.pump = new AeronPump(driver.sharedAgentInvoker(), aeron.conductorAgentInvoker(), options.nanoTime());
        this.address = host + ":" + freePort(host);
        // Nobody publishes to this stream: it keeps the port for the life of the endpoint.
        pump.locked(() -> aeron.addSubscription("aeron:udp?endpoint=" + address, RESERVED_STREAM));
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
     * Starts a driver and listens on a free port of a host; see {@link AeronFitness} before.
     *
     * @throws IllegalStateException naming the host, if that cannot be
     */
    public static AeronEndpoint open(String host, WireIdentity identity, AeronOptions options) {
        sweep(options.folder().toFile());
        String name = options.folder().resolve(FOLDER_PREFIX + random()).toString();
        boolean loopback = host.startsWith("127.") || host.equals("localhost");
        MediaDriver.Context context = new MediaDriver.Context()
                .aeronDirectoryName(name)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.INVOKER)
                .termBufferSparseFile(false)
                .publicationTermBufferLength(options.termBytes())
                .mtuLength(loopback ? Math.min(MTU_LOOPBACK_BYTES, options.termBytes() / MTUS_PER_TERM) : MTU_BYTES)
                .imageLivenessTimeoutNs(options.liveness().toNanos())
                .publicationConnectionTimeoutNs(options.liveness().toNanos())
                .clientLivenessTimeoutNs(Duration.ofMinutes(1).toNanos())
                .publicationUnblockTimeoutNs(Duration.ofMinutes(2).toNanos())
                .errorHandler(error -> LOG.debug("Aeron's driver: {}", error.toString()));
        MediaDriver driver = MediaDriver.launch(context);
        try {
            Aeron aeron = Aeron.connect(new Aeron.Context()
                    .aeronDirectoryName(name)
                    .useConductorAgentInvoker(true)
                    .driverAgentInvoker(driver.sharedAgentInvoker())
                    .driverTimeoutMs(Duration.ofMinutes(1).toMillis())
                    .errorHandler(error -> LOG.debug("Aeron's client: {}", error.toString())));
            AeronEndpoint endpoint = new AeronEndpoint(host, identity, options, driver, aeron);
            endpoint.pump.start("aeron-" + endpoint.address);
            return endpoint;
        } catch (RuntimeException failed) {
            driver.close();
            throw new IllegalStateException("cannot listen on " + host + " by Aeron: " + failed.getMessage(), failed);
        }
    }

    private static String random() {
        byte[] bytes = new byte[NAME_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Removes the buffers of drivers whose process is dead. */
    private static void sweep(File folder) {
        File[] left = folder.listFiles((_, name) -> name.startsWith(FOLDER_PREFIX));
        for (File driver : left == null ? new File[0] : left) {
            if (!isActive(driver)) {
                IoUtil.delete(driver, true);
            }
        }
    }

    private static boolean isActive(File driver) {
        try {
            return CommonContext.isDriverActive(driver, STALE_MILLIS, LOG::debug);
        } catch (DriverTimeoutException unfinished) {
            LOG.debug("{} was left before it was whole", driver, unfinished);
            return false;
        }
    }

    /** {@return where peers reach this worker, {@code host:port}} */
    public String address() {
        return address;
    }

    /** Fails joins of generations older than this one with {@link FencedException}, now and later. */
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
        driver.close();
    }

    /** {@return where this worker listens} */
    @Override
    public String toString() {
        return "aeron:udp at " + address;
    }
}
