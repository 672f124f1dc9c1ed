package dev.lockstep.collectives.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.Work;
import dev.lockstep.collectives.testkit.Data;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.Frame;
import dev.lockstep.collectives.wire.FrameCodec;
import dev.lockstep.collectives.wire.WireIdentity;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TcpEndpointTest {
    private static final Duration BOUND = TcpRanks.BOUND;
    private static final Duration SHORT = Duration.ofMillis(300);

    private final TcpRanks ranks = new TcpRanks();

    @AfterEach
    void closeEndpoints() {
        ranks.close();
    }

    private static ProcessGroup group(Transport transport) {
        return new TransportProcessGroup(transport, GroupOptions.defaults().withTimeout(BOUND));
    }

    private static FutureTask<Transport> joining(TcpEndpoint endpoint, long generation, int rank, List<String> all) {
        return Ranks.start("joining-" + rank, () -> endpoint.join(generation, rank, all, BOUND));
    }

    @Nested
    class Joining {
        @Test
        void oneEndpointServesGenerationAfterGeneration() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            TcpEndpoint one = ranks.endpoint(TcpRanks.identity("secret"));
            List<String> all = List.of(zero.address(), one.address());
            for (long generation = 1; generation <= 3; generation++) {
                FutureTask<Transport> first = joining(zero, generation, 0, all);
                FutureTask<Transport> second = joining(one, generation, 1, all);
                ProcessGroup left = group(Ranks.join(first, "rank 0"));
                ProcessGroup right = group(Ranks.join(second, "rank 1"));
                MemorySegment data = Data.room(8);
                Work sent = left.send(Data.of(generation), 1, 0);
                right.receive(data, 0, 0).await(BOUND);
                sent.await(BOUND);
                assertEquals(generation, Data.longs(data)[0]);
                left.close();
                right.close();
            }
        }

        @Test
        void aCallerWhoComesEarlyIsKeptUntilItsGenerationIsJoined() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            TcpEndpoint one = ranks.endpoint(TcpRanks.identity("secret"));
            List<String> all = List.of(zero.address(), one.address());
            Transport early = Ranks.join(joining(one, 2, 1, all), "rank 1");
            Transport late = Ranks.join(joining(zero, 2, 0, all), "rank 0");
            assertEquals(2, early.size());
            assertEquals(0, late.rank());
        }

        @Test
        void whoeverDoesNotComeIsNamed() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            List<String> all = List.of(zero.address(), "127.0.0.1:9");
            PeerLostException error = assertThrows(PeerLostException.class, () -> zero.join(1, 0, all, SHORT));
            assertEquals(1, error.peer());
            assertTrue(error.getMessage().contains("127.0.0.1:9"), error.getMessage());
        }

        @Test
        void anAddressOfAnotherMachineCannotBeBound() {
            WireIdentity identity = TcpRanks.identity("secret");
            IllegalStateException error = assertThrows(
                    IllegalStateException.class, () -> TcpEndpoint.bind("192.0.2.1", 0, identity, TcpRanks.options()));
            assertTrue(error.getMessage().contains("192.0.2.1"), error.getMessage());
        }
    }

    @Nested
    class Refusing {
        private CollectiveException refusal(WireIdentity caller) {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            TcpEndpoint one = ranks.endpoint(caller);
            List<String> all = List.of(zero.address(), one.address());
            return assertThrows(CollectiveException.class, () -> one.join(1, 1, all, BOUND));
        }

        @Test
        void anotherTokenIsRefusedAndNobodyIsLetIn() {
            CollectiveException error = refusal(TcpRanks.identity("another secret"));
            assertTrue(error.getMessage().contains("token"), error.getMessage());
        }

        @Test
        void anotherNumberOfSocketsIsRefused() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            TcpEndpoint one = ranks.endpoint(
                    TcpRanks.identity("secret"), TcpRanks.options().withSockets(4));
            List<String> all = List.of(zero.address(), one.address());
            CollectiveException error = assertThrows(CollectiveException.class, () -> one.join(1, 1, all, BOUND));
            assertTrue(error.getMessage().contains("4 sockets a peer"), error.getMessage());
        }

        @Test
        void anotherJobIsRefused() {
            WireIdentity other = new WireIdentity("another run", 1, "secret".getBytes(UTF_8));
            CollectiveException error = refusal(other);
            assertTrue(error.getMessage().contains("job"), error.getMessage());
        }

        @Test
        void anOlderAttemptIsFenced() {
            WireIdentity yesterday = new WireIdentity("run", 0, "secret".getBytes(UTF_8));
            assertEquals(FencedException.class, refusal(yesterday).getClass());
        }

        @Test
        void anOlderGenerationIsFenced() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            TcpEndpoint one = ranks.endpoint(TcpRanks.identity("secret"));
            zero.fence(5);
            List<String> all = List.of(zero.address(), one.address());
            assertThrows(FencedException.class, () -> one.join(4, 1, all, BOUND));
            assertThrows(FencedException.class, () -> zero.join(4, 0, all, BOUND));
        }

        @Test
        void aNewerGenerationEndsAJoinUnderWay() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            FutureTask<FencedException> waiting = Ranks.start(
                    "joining",
                    () -> assertThrows(
                            FencedException.class,
                            () -> zero.join(1, 0, List.of(zero.address(), "127.0.0.1:9"), BOUND)));
            zero.fence(2);
            assertTrue(Ranks.join(waiting, "rank 0").getMessage().contains("2"));
        }

        @Test
        void whoWaitedForAGenerationThatNeverCameIsSentAway() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            try (RawPeer peer = new RawPeer(zero.address())) {
                peer.shakeHands(TcpRanks.identity("secret"), 3);
                zero.fence(4);
                assertTrue(peer.isSentAway());
            }
        }

        @Test
        void theTokenIsNeverSentAndNothingElseIsReadBeforeItIsProved() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("a secret of many letters"));
            try (RawPeer peer = new RawPeer(zero.address())) {
                byte[] answer = peer.shakeHands(TcpRanks.identity("guessed"), 1);
                assertFalse(new String(answer, ISO_8859_1).contains("secret"));
                assertTrue(peer.isSentAway());
            }
        }

        @Test
        void whoSpeaksAnotherProtocolIsSentAwayAndHarmsNobody() {
            TcpEndpoint zero = ranks.endpoint(TcpRanks.identity("secret"));
            TcpEndpoint one = ranks.endpoint(TcpRanks.identity("secret"));
            try (RawPeer stranger = new RawPeer(zero.address())) {
                stranger.send("GET / HTTP/1.1\r\nHost: somebody\r\nAccept: everything, gladly\r\n\r\n".getBytes(UTF_8));
                assertTrue(stranger.isSentAway());
            }
            List<String> all = List.of(zero.address(), one.address());
            FutureTask<Transport> second = joining(one, 1, 1, all);
            assertEquals(2, Ranks.join(joining(zero, 1, 0, all), "rank 0").size());
            assertEquals(2, Ranks.join(second, "rank 1").size());
        }
    }

    @Nested
    class Reading {
        private final WireIdentity identity = TcpRanks.identity("secret");

        /** Lets a raw peer in as rank 1, has it send {@code bytes}, and returns what a receive of 4 bytes comes to. */
        private MemorySegment received(byte[] bytes) {
            return received(bytes, TcpRanks.options());
        }

        private MemorySegment received(byte[] bytes, TcpOptions options) {
            TcpEndpoint zero = ranks.endpoint(identity, options);
            try (RawPeer peer = new RawPeer(zero.address())) {
                peer.shakeHands(identity, 1);
                List<String> all = List.of(zero.address(), "127.0.0.1:9");
                ProcessGroup group = group(Ranks.join(joining(zero, 1, 0, all), "rank 0"));
                MemorySegment data = Data.room(4);
                Work work = group.receive(data, 1, 0);
                peer.sendAsFarAsHeard(bytes);
                try {
                    work.await(BOUND);
                } finally {
                    group.close();
                }
                return data;
            }
        }

        private PeerLostException distrust(byte[] bytes) {
            PeerLostException error = assertThrows(PeerLostException.class, () -> received(bytes));
            assertEquals(1, error.peer());
            return error;
        }

        @Test
        void takesAFrameThatIsInOrder() {
            byte[] payload = {1, 2, 3, 4};
            assertArrayEquals(payload, Data.bytes(received(RawPeer.frame(identity, 1, payload))));
        }

        @Test
        void aFlippedBitOfThePayloadEndsTheConnection() {
            byte[] frame = RawPeer.frame(identity, 1, new byte[] {1, 2, 3, 4});
            frame[frame.length - 1] ^= 1;
            String message = distrust(frame).getMessage();
            assertTrue(message.contains("checksum"), message);
        }

        @Test
        void aFlippedBitAnywhereInTheHeadEndsTheConnection() {
            for (int at = 0; at < FrameCodec.BYTES; at += 9) {
                byte[] frame = RawPeer.frame(identity, 1, new byte[] {1, 2, 3, 4});
                frame[at] ^= 0x40;
                distrust(frame);
            }
        }

        @Test
        void whoStopsInTheMiddleOfAMessageIsGivenUpLongBeforeTheCollectiveIs() {
            byte[] frame = RawPeer.frame(identity, 1, new byte[] {1, 2, 3, 4});
            byte[] torn = Arrays.copyOf(frame, frame.length - 1);
            TcpOptions impatient = TcpRanks.options().withTransferPatience(Duration.ofMillis(200));
            PeerLostException error = assertThrows(PeerLostException.class, () -> received(torn, impatient));
            assertTrue(error.getMessage().contains("stopped in the middle"), error.getMessage());
        }

        @Test
        void aChunkThatComesTwiceEndsTheConnection() {
            int sizeBytes = 2 * TcpTransport.CHUNK_BYTES;
            Envelope other =
                    new Envelope(new Tag(0, 7, 0, 0), Signature.ofBytes(Signature.Kind.BROADCAST, sizeBytes, 0));
            byte[] payload = new byte[TcpTransport.CHUNK_BYTES];
            byte[] once = RawPeer.frame(
                    identity, 1, Frame.chunk(Frame.Kind.DATA, other, sizeBytes, 0, TcpTransport.CHUNK_BYTES), payload);
            byte[] twice = Arrays.copyOf(once, 2 * once.length);
            System.arraycopy(once, 0, twice, once.length, once.length);
            String message = distrust(twice).getMessage();
            assertTrue(message.contains("does not go on"), message);
        }

        @Test
        void aMessageLongerThanItsCallIsAnErrorAndNotWrittenBeyondItsMemory() {
            Envelope four = new Envelope(new Tag(0, -1, 0, 0), Signature.ofBytes(Signature.Kind.POINT_TO_POINT, 4, 0));
            byte[] eight = RawPeer.frame(
                    identity, 1, Frame.chunk(Frame.Kind.DATA, four, 8, 0, TcpTransport.CHUNK_BYTES), new byte[8]);
            MismatchException error = assertThrows(MismatchException.class, () -> received(eight));
            assertTrue(error.getMessage().contains("8 bytes where 4"), error.getMessage());
        }

        @Test
        void aMessageThatNobodyCouldKeepEndsTheConnectionBeforeMemoryIsTaken() {
            long sizeBytes = 1L << 45;
            Envelope other =
                    new Envelope(new Tag(0, 7, 0, 0), Signature.ofBytes(Signature.Kind.BROADCAST, sizeBytes, 0));
            byte[] payload = new byte[TcpTransport.CHUNK_BYTES];
            Frame frame = Frame.chunk(Frame.Kind.DATA, other, sizeBytes, 0, TcpTransport.CHUNK_BYTES);
            String message =
                    distrust(RawPeer.frame(identity, 1, frame, payload)).getMessage();
            assertTrue(message.contains("nobody awaits"), message);
        }

        @Test
        void aFrameOfAnotherGenerationEndsTheConnection() {
            String message = distrust(RawPeer.frame(identity, 2, new byte[] {1, 2, 3, 4}))
                    .getMessage();
            assertTrue(message.contains("generation 2"), message);
        }

        @Test
        void aFrameOfAnotherJobEndsTheConnection() {
            WireIdentity other = new WireIdentity("another run", 1, "secret".getBytes(UTF_8));
            String message =
                    distrust(RawPeer.frame(other, 1, new byte[] {1, 2, 3, 4})).getMessage();
            assertTrue(message.contains("another job"), message);
        }
    }
}
