package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.IntPredicate;

/**
 * A reduction in two rounds whose segments go piece by piece: everyone sends its nodes' slices of a piece to the owner,
 * who adds them in tree order and sends the sum to whoever wants it. Confined to one thread.
 *
 * <pre>
 * Note [How a big sum keeps the links full]: each of n ranks sends and receives (n - 1) / n N bytes twice, so a link
 * that is full both ways all the time needs 2 (n - 1) / n N B seconds, and every moment at which one direction rests is
 * lost. What made links rest, measured between 4 machines with 1 Gb/s (a third of the time, either way):
 *
 *   All began with the same peer       Its link was beset, those of the others rested. So each begins with its right
 *                                      neighbour, and peers take turns with every piece.
 *   Sums left when all had come        Now the first pieces' sums leave while later pieces come. They queue behind
 *                                      others, so that adding never holds anything up.
 *   Connections share a link unevenly  Whoever was ahead ended early, and had nothing left to send to whoever was
 *                                      behind. Now nobody is more than a window ahead. It must be long enough to fill
 *                                      the link (CostModel.heldBytes), and short beside the segment.
 *
 * A sum that comes back says that its owner has room for the piece a window later, so memory is bounded by the window
 * and nothing comes that nobody awaits. To those who do not want sums an empty message says so.
 * </pre>
 */
final class PipelinedReduce {
    private static final int PHASE_PARTIAL = 0;
    private static final int PHASE_FINAL = 1;

    private final Exchange exchange;
    private final SumShape shape;
    private final Pieces pieces;
    private final Delivery delivery;
    private final BucketFold fold;
    private final int rank;
    private final int window;
    private final MemorySegment[][] rooms;
    private final List<List<PendingWork>> arrivals = new ArrayList<>();
    private final Queue<List<PendingWork>> finals = new ArrayDeque<>();

    /**
     * Where sums go.
     *
     * @param mine this rank's segment
     * @param out the bucket, on ranks that get all of it
     * @param whole whether a rank gets all of it
     */
    record Delivery(MemorySegment mine, MemorySegment out, IntPredicate whole) {}

    PipelinedReduce(Exchange exchange, SumShape shape, Segments segments, BucketFold fold, Delivery delivery) {
        this.exchange = exchange;
        this.shape = shape;
        this.pieces = Pieces.of(segments, shape.elementBytes(), exchange.pacing());
        this.delivery = delivery;
        this.fold = fold;
        this.rank = exchange.rank();
        this.window = exchange.pacing()
                .window(exchange.costs(), exchange.size(), pieces.pieceElements() * shape.elementBytes());
        this.rooms = new MemorySegment[Math.min(window, pieces.count(rank))][shape.sources()];
    }

    /** Reduces; {@code partials} are this rank's nodes. */
    void run(List<MemorySegment> partials) {
        int most = pieces.most();
        int lag = window / 2;
        for (int piece = 0; piece < Math.min(window, pieces.count(rank)); piece++) {
            makeRooms(piece);
            arrivals.add(List.of());
            listen(piece);
        }
        for (int piece = 0; piece < Math.min(window, most); piece++) {
            scatter(partials, piece);
        }
        for (int piece = 0; piece < most; piece++) {
            if (piece < pieces.count(rank)) {
                sum(partials, piece);
            }
            int ahead = piece - lag + window;
            if (piece >= lag && ahead < most) {
                exchange.await(finals.remove());
                scatter(partials, ahead);
            }
        }
        finals.forEach(exchange::await);
    }

    private void makeRooms(int piece) {
        for (int peer : exchange.peers()) {
            for (int node = 0; node < shape.nodes(peer); node++) {
                rooms[piece][shape.source(peer, node)] = exchange.scratch(pieces.sizeBytes(rank, piece));
            }
        }
    }

    private int part(int piece, int node) {
        return Math.addExact(Math.multiplyExact(piece, shape.nodesMax()), node);
    }

    /** Awaits everyone's nodes of a piece of this rank's segment. */
    private void listen(int piece) {
        List<PendingWork> works = new ArrayList<>();
        for (int peer : exchange.peers()) {
            for (int node = 0; node < shape.nodes(peer); node++) {
                MemorySegment room = rooms[piece % window][shape.source(peer, node)];
                MemorySegment target = room.asSlice(0, pieces.sizeBytes(rank, piece));
                works.add(exchange.receive(peer, PHASE_PARTIAL, part(piece, node), target));
            }
        }
        arrivals.set(piece % window, works);
    }

    /** Sends the owners this rank's nodes of a piece of their segments, and awaits the sums. */
    private void scatter(List<MemorySegment> partials, int piece) {
        List<PendingWork> works = new ArrayList<>();
        for (int peer : exchange.peers()) {
            if (piece < pieces.count(peer)) {
                if (isAnswered(peer, rank, piece)) {
                    MemorySegment room = isWhole(rank) ? pieces.of(delivery.out(), peer, piece) : MemorySegment.NULL;
                    works.add(exchange.receive(peer, PHASE_FINAL, piece, room));
                }
                for (int node = 0; node < partials.size(); node++) {
                    MemorySegment part = pieces.of(partials.get(node), peer, piece);
                    exchange.send(peer, PHASE_PARTIAL, part(piece, node), part);
                }
            }
        }
        finals.add(works);
    }

    private boolean isWhole(int peer) {
        return delivery.whole().test(peer);
    }

    /** {@return whether the owner of a piece sends a rank something after it: the sum, or that there is room} */
    private boolean isAnswered(int owner, int peer, int piece) {
        return isWhole(peer) || piece + window < pieces.count(owner);
    }

    /** Adds up a piece of this rank's segment once all of it has come, and lets the sum leave. */
    private void sum(List<MemorySegment> partials, int piece) {
        exchange.await(arrivals.get(piece % window));
        MemorySegment target = pieces.ofSegment(delivery.mine(), rank, piece);
        for (int peer = 0; peer < exchange.size(); peer++) {
            for (int node = 0; node < shape.nodes(peer); node++) {
                int source = shape.source(peer, node);
                MemorySegment part = peer == rank
                        ? pieces.of(partials.get(node), rank, piece)
                        : rooms[piece % window][source].asSlice(0, target.byteSize());
                fold.source(source, part);
            }
        }
        fold.into(target, pieces.from(rank, piece));
        if (piece + window < pieces.count(rank)) {
            listen(piece + window);
        }
        for (int peer : exchange.peers()) {
            if (isAnswered(rank, peer, piece)) {
                exchange.send(peer, PHASE_FINAL, piece, isWhole(peer) ? target : MemorySegment.NULL);
            }
        }
    }
}
