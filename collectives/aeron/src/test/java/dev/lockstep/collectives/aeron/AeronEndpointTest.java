package dev.lockstep.collectives.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.collectives.wire.WireIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AeronEndpointTest {
    private static final Duration SHORT = Duration.ofMillis(500);

    private final List<AeronEndpoint> opened = new ArrayList<>();
    private final LinkedBlockingQueue<String> refusals = new LinkedBlockingQueue<>();

    private AeronEndpoint open(WireIdentity identity) {
        AeronEndpoint endpoint =
                AeronEndpoint.open("127.0.0.1", identity, AeronRanks.options().withOnRefusal(refusals::add));
        opened.add(endpoint);
        return endpoint;
    }

    @AfterEach
    void closeEndpoints() {
        opened.forEach(AeronEndpoint::close);
    }

    @Test
    void anotherTokenIsRefusedAndReported() throws InterruptedException {
        AeronEndpoint zero = open(AeronRanks.identity("secret"));
        AeronEndpoint one = open(AeronRanks.identity("guessed"));
        List<String> all = List.of(zero.address(), one.address());
        FutureTask<PeerLostException> guest = Ranks.start(
                "rank 1",
                () -> assertThrows(PeerLostException.class, () -> one.join(1, 1, all, SHORT.multipliedBy(8))));
        PeerLostException error =
                assertThrows(PeerLostException.class, () -> zero.join(1, 0, all, SHORT.multipliedBy(8)));
        assertEquals(1, error.peer());
        Ranks.join(guest, "rank 1");
        String line = refusals.poll(AeronRanks.BOUND.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(line, "nothing was reported");
        assertTrue(line.contains("token") && line.contains("127.0.0.1:"), line);
    }

    @Test
    void whoeverDoesNotComeIsNamed() {
        AeronEndpoint zero = open(AeronRanks.identity("secret"));
        List<String> all = List.of(zero.address(), "127.0.0.1:9");
        PeerLostException error = assertThrows(PeerLostException.class, () -> zero.join(1, 0, all, SHORT));
        assertTrue(error.getMessage().contains("127.0.0.1:9"), error.getMessage());
    }

    @Test
    void anOlderGenerationIsFenced() {
        AeronEndpoint zero = open(AeronRanks.identity("secret"));
        zero.fence(5);
        List<String> all = List.of(zero.address(), "127.0.0.1:9");
        assertThrows(FencedException.class, () -> zero.join(4, 0, all, SHORT));
    }

    @Test
    void aDriverThatDoesNotRunIsNamed() {
        AeronOptions options = AeronRanks.options().withDriver(Path.of("/no/such/driver"));
        WireIdentity identity = AeronRanks.identity("secret");
        IllegalStateException error =
                assertThrows(IllegalStateException.class, () -> AeronEndpoint.open("127.0.0.1", identity, options));
        assertTrue(error.getMessage().contains("no Aeron driver runs in /no/such/driver"), error.getMessage());
    }

    @Test
    void workersOfOneDriverTalkByItsMemory() {
        try (AeronDriver first = AeronDriver.launch(AeronRanks.options());
                AeronDriver second = AeronDriver.launch(AeronRanks.options())) {
            AeronOptions options = AeronRanks.options();
            WireIdentity identity = AeronRanks.identity("secret");
            AeronEndpoint zero = AeronEndpoint.open("127.0.0.1", identity, options.withDriver(first.folder()));
            AeronEndpoint one = AeronEndpoint.open("127.0.0.1", identity, options.withDriver(first.folder()));
            AeronEndpoint two = AeronEndpoint.open("127.0.0.1", identity, options.withDriver(second.folder()));
            AeronChannels channels = new AeronChannels(options, zero.address());
            assertTrue(channels.isNear(one.address()));
            assertFalse(channels.isNear(two.address()));
            assertFalse(channels.isNear("127.0.0.1:9"));
            assertTrue(channels.channel(one.address(), true).startsWith("aeron:ipc?"));
            List.of(zero, one, two).forEach(AeronEndpoint::close);
        }
    }

    @Test
    void streamsInADriversMemoryDifferByWorkerAndByGeneration() {
        assertEquals(7 << 16 | 4001, AeronChannels.stream("127.0.0.1:4001@d", true, 7));
        assertEquals(7 << 16 | 65_535, AeronChannels.stream("127.0.0.1:65535@d", true, 7));
        assertEquals(4001, AeronChannels.stream("127.0.0.1:4001@d", true, 1 << 15));
    }

    @Test
    void aMachineThatIsNotFitSaysWhy() {
        AeronOptions options = AeronRanks.options();
        assertTrue(AeronFitness.problem(options, 2, 2, 2).isEmpty());
        String slow = AeronFitness.problem(options, 2, 2, 1).orElseThrow();
        assertTrue(slow.contains("processor"), slow);
        AeronOptions huge = options.withTermBytes(1 << 30);
        String full = AeronFitness.problem(huge, 2048, 2048, 2).orElseThrow();
        assertTrue(full.contains(options.folder().toString()), full);
        AeronOptions nowhere =
                AeronOptions.defaults(Path.of("/no/such/folder"), System::nanoTime, System::currentTimeMillis);
        assertTrue(AeronFitness.problem(nowhere, 2, 2, 2).isPresent());
    }
}
