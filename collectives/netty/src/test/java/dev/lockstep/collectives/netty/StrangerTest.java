package dev.lockstep.collectives.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.Hello;
import dev.lockstep.collectives.wire.Refusals;
import dev.lockstep.collectives.wire.WireIdentity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers get who are not of the job: sent away, reported with their address, and the others do not notice. */
class StrangerTest {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final WireIdentity IDENTITY = TcpRanks.identity("secret");

    private final TcpRanks ranks = new TcpRanks();
    private final LinkedBlockingQueue<String> refusals = new LinkedBlockingQueue<>();
    private final TcpOptions options = TcpRanks.options().withOnRefusal(refusals::add);

    @AfterEach
    void closeEndpoints() {
        ranks.close();
    }

    private void assertReported(String reason) throws InterruptedException {
        String line = refusals.poll(TcpRanks.BOUND.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(line, "nothing was reported");
        assertTrue(line.contains(reason) && line.contains("/127.0.0.1:"), line);
    }

    private void assertOthersCanJoin(TcpEndpoint zero) {
        TcpEndpoint one = ranks.endpoint(IDENTITY, options);
        List<String> all = List.of(zero.address(), one.address());
        FutureTask<Transport> second = Ranks.start("rank 1", () -> one.join(1, 1, all, TcpRanks.BOUND));
        assertEquals(2, zero.join(1, 0, all, TcpRanks.BOUND).size());
        assertEquals(2, Ranks.join(second, "rank 1").size());
    }

    @Test
    void garbageIsSentAwayAndReported() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[1 + random.nextInt(5000)];
            random.nextBytes(garbage);
            try (RawPeer stranger = new RawPeer(zero.address())) {
                stranger.sendAsFarAsHeard(garbage);
                if (garbage.length >= Hello.BYTES) {
                    assertTrue(stranger.isSentAway());
                }
            }
            assertReported("");
        }
        assertOthersCanJoin(zero);
    }

    @Test
    void anotherVersionIsNamed() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options);
        try (RawPeer stranger = new RawPeer(zero.address())) {
            stranger.send(ByteBuffer.allocate(Hello.BYTES)
                    .putInt(Hello.MAGIC)
                    .putShort((short) 99)
                    .array());
            assertTrue(stranger.isSentAway());
        }
        assertReported("version 99");
    }

    @Test
    void anotherTokenIsReported() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options);
        try (RawPeer stranger = new RawPeer(zero.address())) {
            stranger.shakeHands(TcpRanks.identity("guessed"), 1);
            assertTrue(stranger.isSentAway());
        }
        assertReported("token");
        assertOthersCanJoin(zero);
    }

    @Test
    void anotherJobIsReported() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options);
        try (RawPeer stranger = new RawPeer(zero.address())) {
            stranger.shakeHands(new WireIdentity("another", 1, "secret".getBytes(UTF_8)), 1);
            assertTrue(stranger.isSentAway());
        }
        assertReported("another job");
    }

    @Test
    void whoSaysNothingIsSentAwayInTime() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options.withStrangers(SHORT, 8));
        try (RawPeer silent = new RawPeer(zero.address())) {
            assertTrue(silent.isSentAway());
        }
        assertReported("within 1000 ms");
    }

    @Test
    void whoStopsInTheMiddleOfTheHandshakeIsSentAwayInTime() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options.withStrangers(SHORT, 8));
        try (RawPeer half = new RawPeer(zero.address())) {
            half.send(new byte[] {'L', 'K', 'S', 'P', 0});
            assertTrue(half.isSentAway());
        }
        assertReported("within 1000 ms");
        assertOthersCanJoin(zero);
    }

    @Test
    void moreStrangersThanThereIsPatienceForAreSentAwayAtOnce() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options.withStrangers(TcpRanks.BOUND, 3));
        List<RawPeer> strangers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            strangers.add(new RawPeer(zero.address()));
        }
        assertReported("3 callers already");
        strangers.forEach(RawPeer::close);
        for (int i = 0; i < 3; i++) {
            assertReported("closed the connection");
        }
        assertOthersCanJoin(zero);
    }

    @Test
    void whoFloodsTheHandshakeIsSentAway() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options);
        try (RawPeer flood = new RawPeer(zero.address())) {
            flood.shakeHands(TcpRanks.identity("guessed"), 1);
            flood.sendAsFarAsHeard(new byte[8 << 20]);
            assertTrue(flood.isSentAway());
        }
        assertReported("token");
        assertOthersCanJoin(zero);
    }

    @Test
    void aFloodOfRefusalsIsNotAFloodOfLines() {
        List<String> lines = new ArrayList<>();
        Refusals many = new Refusals(lines::add);
        for (int i = 0; i < 100_000; i++) {
            many.refuse(null, "whatever");
        }
        assertEquals(32 + 11, lines.size()); // The first 32, then 64, 128, ... 65,536.
    }
}
