package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.CollectiveTimeoutException;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.algorithm.Collectives;
import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.collectives.algorithm.Exchange;
import dev.lockstep.collectives.algorithm.Pacing;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a rank sends of a sum before any other has said anything. */
class SumMessagesTest {
    private static final int RANKS = 4;
    private static final int PIECE_BYTES = 64;
    private static final int WINDOW = 5;
    private static final int PIECES = 20;
    private static final CostModel DIVIDED = new CostModel(1e-9, 1e-9, 1);
    private static final Pacing PACING = new Pacing(PIECE_BYTES, PIECE_BYTES, WINDOW * PIECE_BYTES);

    /** A message that was sent. */
    private record Sent(int peer, long sizeBytes) {}

    /** Takes whatever it is given, and never brings anything. */
    private record Silent(int rank, List<Sent> sent) implements Transport {
        @Override
        public int size() {
            return RANKS;
        }

        @Override
        public long generation() {
            return 1;
        }

        @Override
        public String address(int peer) {
            return "nowhere";
        }

        @Override
        public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
            sent.add(new Sent(peer, data.byteSize()));
            return new PendingWork("a message to rank " + peer);
        }

        @Override
        public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
            return new PendingWork("a message from rank " + peer);
        }

        @Override
        public boolean abort(CollectiveException reason) {
            return true;
        }

        @Override
        public void close() {}
    }

    /** {@return what rank {@code rank} sends of a sum of {@link #PIECES} pieces a segment} */
    private static List<Sent> sent(int rank, CostModel costs) {
        return sent(rank, costs, DType.F32, RANKS * PIECES * PIECE_BYTES / Float.BYTES);
    }

    private static List<Sent> sent(int rank, CostModel costs, DType dtype, int count) {
        List<Sent> sent = new ArrayList<>();
        GroupOptions options = GroupOptions.defaults().withTimeout(Duration.ofMillis(1));
        Signature call = new Signature(Signature.Kind.ALL_REDUCE, dtype, ReduceOp.SUM, count, 0);
        Exchange.Means means = new Exchange.Means(new Silent(rank, sent), options, PACING);
        Exchange exchange = new Exchange(means, costs, 0, call);
        MemorySegment in = Data.room((long) count * dtype.sizeBytes());
        MemorySegment out = Data.room(in.byteSize());
        assertThrows(CollectiveTimeoutException.class, () -> Collectives.allReduce(exchange, Algorithm.TREE, in, out));
        return sent;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void peersTakeTurnsBeginningWithTheRightNeighbour(int rank) {
        List<Sent> sent = sent(rank, DIVIDED);
        for (int i = 0; i < sent.size(); i++) {
            int expected = (rank + 1 + i % (RANKS - 1)) % RANKS;
            assertEquals(new Sent(expected, PIECE_BYTES), sent.get(i), "message " + i);
        }
    }

    @Test
    void nobodyGetsMoreThanAWindowUnasked() {
        assertEquals(WINDOW * (RANKS - 1), sent(0, DIVIDED).size());
    }

    /**
     * 1 us at 8 ns a byte: 125 bytes fill the link, four times as many in flight are 500, a third of it for each peer.
     */
    @Test
    void aLinkThatHoldsMoreGetsALargerWindow() {
        CostModel small = new CostModel(1e-6, 1e-9, 8e-9);
        CostModel large = new CostModel(4e-6, 1e-9, 8e-9);
        assertEquals(WINDOW * (RANKS - 1), sent(0, small).size());
        assertEquals(11 * (RANKS - 1), sent(0, large).size()); // 2,000 / 3 bytes are 10.4 pieces.
    }

    @Test
    void whereMessagesAreDearASmallSumGoesToOnePeerAtATime() {
        CostModel dear = new CostModel(1e-9, 1, 1e-9);
        assertEquals(List.of(new Sent(3, 4)), sent(2, dear, DType.F32, 1));
    }

    @Test
    void aLongSumGoesPieceByPieceWhateverMessagesCost() {
        CostModel dear = new CostModel(1e-9, 1, 1e-9);
        List<Sent> sent = sent(0, dear, DType.F32, 1 << 20);
        assertEquals(WINDOW * (RANKS - 1), sent.size());
        assertEquals(new Sent(1, PIECE_BYTES), sent.getFirst());
    }

    /** Doubling would round them after every addition. */
    @Test
    void sumsOfHalvesGoToAllAtOnceWhateverMessagesCost() {
        CostModel dear = new CostModel(1e-9, 1, 1e-9);
        assertEquals(List.of(new Sent(3, 2), new Sent(0, 2), new Sent(1, 2)), sent(2, dear, DType.BF16, 1));
    }
}
