package dev.lockstep.collectives.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.wire.Hello;
import dev.lockstep.collectives.wire.Refusals;
import dev.lockstep.collectives.wire.WireIdentity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers get who are not of the job: sent away, reported with their address, and the others do not notice. */
class StrangerTest {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final WireIdentity IDENTITY = TcpRanks.identity("secret");

    private final TcpRanks ranks = new TcpRanks();
    private final TcpOptions options = TcpRanks.options().withOnRefusal(ranks.refusals()::add);

    @AfterEach
    void closeEndpoints() {
        ranks.close();
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
            ranks.assertReported("");
        }
        ranks.assertOthersCanJoin(zero, IDENTITY, options);
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
        ranks.assertReported("version 99");
    }

    @Test
    void anotherTokenIsReported() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options);
        try (RawPeer stranger = new RawPeer(zero.address())) {
            stranger.shakeHands(TcpRanks.identity("guessed"), 1);
            assertTrue(stranger.isSentAway());
        }
        ranks.assertReported("token");
        ranks.assertOthersCanJoin(zero, IDENTITY, options);
    }

    @Test
    void anotherJobIsReported() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options);
        try (RawPeer stranger = new RawPeer(zero.address())) {
            stranger.shakeHands(new WireIdentity("another", 1, "secret".getBytes(UTF_8)), 1);
            assertTrue(stranger.isSentAway());
        }
        ranks.assertReported("another job");
    }

    @Test
    void whoSaysNothingIsSentAwayInTime() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options.withStrangers(SHORT, 8));
        try (RawPeer silent = new RawPeer(zero.address())) {
            assertTrue(silent.isSentAway());
        }
        ranks.assertReported("within 1000 ms");
    }

    @Test
    void whoStopsInTheMiddleOfTheHandshakeIsSentAwayInTime() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options.withStrangers(SHORT, 8));
        try (RawPeer half = new RawPeer(zero.address())) {
            half.send(new byte[] {'L', 'K', 'S', 'P', 0});
            assertTrue(half.isSentAway());
        }
        ranks.assertReported("within 1000 ms");
        ranks.assertOthersCanJoin(zero, IDENTITY, options);
    }

    @Test
    void moreStrangersThanThereIsPatienceForAreSentAwayAtOnce() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options.withStrangers(TcpRanks.BOUND, 3));
        List<RawPeer> strangers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            strangers.add(new RawPeer(zero.address()));
        }
        ranks.assertReported("3 callers already");
        strangers.forEach(RawPeer::close);
        for (int i = 0; i < 3; i++) {
            ranks.assertReported("closed the connection");
        }
        ranks.assertOthersCanJoin(zero, IDENTITY, options);
    }

    @Test
    void whoFloodsTheHandshakeIsSentAway() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, options);
        try (RawPeer flood = new RawPeer(zero.address())) {
            flood.shakeHands(TcpRanks.identity("guessed"), 1);
            flood.sendAsFarAsHeard(new byte[8 << 20]);
            assertTrue(flood.isSentAway());
        }
        ranks.assertReported("token");
        ranks.assertOthersCanJoin(zero, IDENTITY, options);
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
