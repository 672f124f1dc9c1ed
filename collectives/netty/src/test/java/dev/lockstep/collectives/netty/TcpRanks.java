package dev.lockstep.collectives.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Endpoints on the loopback interface whose transports stand for the ranks of a test. */
final class TcpRanks implements AutoCloseable {
    static final Duration BOUND = Duration.ofSeconds(20);

    private final List<TcpEndpoint> endpoints = new ArrayList<>();
    private final LinkedBlockingQueue<String> refusals = new LinkedBlockingQueue<>();

    static WireIdentity identity(String token) {
        return new WireIdentity("run", 1, token.getBytes(StandardCharsets.UTF_8));
    }

    static TcpOptions options() {
        return TcpOptions.defaults(System::nanoTime);
    }

    TcpEndpoint endpoint(WireIdentity identity) {
        return endpoint(identity, options());
    }

    TcpEndpoint endpoint(WireIdentity identity, TcpOptions options) {
        TcpEndpoint endpoint = TcpEndpoint.bind("127.0.0.1", 0, identity, options);
        endpoints.add(endpoint);
        return endpoint;
    }

    List<ProcessGroup> connect(int size, GroupOptions options) {
        return connect(size, options, options());
    }

    List<ProcessGroup> connect(int size, GroupOptions options, TcpOptions tcp) {
        List<TcpEndpoint> mine = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            mine.add(endpoint(identity("secret"), tcp));
        }
        List<String> addresses = mine.stream().map(TcpEndpoint::address).toList();
        List<Transport> transports =
                Ranks.run(mine, endpoint -> endpoint.join(1, mine.indexOf(endpoint), addresses, BOUND));
        List<ProcessGroup> groups = new ArrayList<>();
        transports.forEach(transport -> groups.add(new TransportProcessGroup(transport, options)));
        return groups;
    }

    /** {@return where endpoints put those they sent away, if their options say so} */
    LinkedBlockingQueue<String> refusals() {
        return refusals;
    }

    /** Waits until somebody was sent away for a reason. */
    void assertReported(String reason) throws InterruptedException {
        String line = refusals.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(line, "nothing was reported");
        assertTrue(line.contains(reason) && line.contains("/127.0.0.1:"), line);
    }

    /** Joins rank 0 with a new rank 1. */
    void assertOthersCanJoin(TcpEndpoint zero, WireIdentity identity, TcpOptions options) {
        TcpEndpoint one = endpoint(identity, options);
        List<String> all = List.of(zero.address(), one.address());
        FutureTask<Transport> second = Ranks.start("rank 1", () -> one.join(1, 1, all, BOUND));
        assertEquals(2, zero.join(1, 0, all, BOUND).size());
        assertEquals(2, Ranks.join(second, "rank 1").size());
    }

    @Override
    public void close() {
        endpoints.forEach(TcpEndpoint::close);
    }
}
