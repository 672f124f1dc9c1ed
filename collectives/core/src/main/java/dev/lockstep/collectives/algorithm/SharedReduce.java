package dev.lockstep.collectives.algorithm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.collectives.transport.Rooms;
import dev.lockstep.collectives.transport.Window;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reduces buckets that lie in {@link Rooms}, so that nothing is copied to a slot: the ranks tell one another where
 * their nodes and results lie; each adds up its segment of every stretch from all ranks' nodes, and collects the
 * others' segments from their results. Where a result does not lie in a room, each of two ranks adds up everything.
 * Where a node does not, the reduction goes another way.
 */
final class SharedReduce implements Rounds {
    private final Bucket bucket;
    private final BucketFold fold;
    private final Rooms rooms;
    private final Supplier<Rounds> otherwise;
    private final boolean dividing;
    private final Division division;
    private final List<List<MemorySegment>> nodes = new ArrayList<>();
    private final List<MemorySegment> results = new ArrayList<>();
    private @Nullable Rounds other;
    private boolean located;
    private boolean divided;
    private long stretch;

    /**
     * Makes the rounds.
     *
     * @param plan chooses the way
     * @param otherwise makes the rounds for nodes that are in no room
     */
    SharedReduce(Bucket bucket, BucketFold fold, Rooms rooms, WindowPlan plan, Supplier<Rounds> otherwise) {
        this.bucket = bucket;
        this.fold = fold;
        this.rooms = rooms;
        this.otherwise = otherwise;
        this.division = Division.ofStretches(bucket.shape(), plan.stretchBytes());
        this.dividing = plan.isDividedInRooms(bucket.out().byteSize());
    }

    @Override
    public long put(Window window) {
        if (other != null) {
            return other.put(window);
        }
        if (!located) {
            return locate(window.slot(window.rank()));
        }
        if (!divided) {
            sum(bucket.out(), 0, bucket.shape().elements());
            return bucket.out().byteSize();
        }
        if (stretch == division.stretches()) {
            return 0;
        }
        long from = division.from(stretch, window.rank());
        long count = division.count(stretch, window.rank());
        sum(bucket.stretch(bucket.out(), from, count), from, count);
        return count * bucket.shape().elementBytes();
    }

    private long locate(MemorySegment slot) {
        int at = 0;
        slot.setAtIndex(JAVA_LONG, at++, rooms.place(bucket.out()));
        for (MemorySegment node : bucket.partials()) {
            slot.setAtIndex(JAVA_LONG, at++, rooms.place(node));
        }
        return 0;
    }

    @Override
    public boolean take(Window window) {
        if (other != null) {
            return other.take(window);
        }
        if (!located) {
            located = true;
            if (!open(window)) {
                other = otherwise.get();
            }
            return true;
        }
        if (divided && stretch < division.stretches()) {
            collect(window.rank());
            stretch++;
            return true;
        }
        settle();
        return false;
    }

    /**
     * {@return whether everyone's nodes, and results if more than two would have to add up everything, are in rooms}
     */
    private boolean open(Window window) {
        boolean all = true;
        divided = dividing;
        for (int peer = 0; peer < window.size(); peer++) {
            MemorySegment slot = window.slot(peer);
            divided &= slot.getAtIndex(JAVA_LONG, 0) != Rooms.NOWHERE;
            for (int node = 0; node < bucket.shape().nodes(peer); node++) {
                all &= slot.getAtIndex(JAVA_LONG, 1 + node) != Rooms.NOWHERE;
            }
        }
        if (!all || (!divided && window.size() > 2)) {
            return false;
        }
        for (int peer = 0; peer < window.size(); peer++) {
            view(window, peer);
        }
        return true;
    }

    private void view(Window window, int peer) {
        boolean mine = peer == window.rank();
        long sizeBytes = bucket.out().byteSize();
        MemorySegment slot = window.slot(peer);
        List<MemorySegment> theirs = new ArrayList<>();
        for (int node = 0; node < bucket.shape().nodes(peer); node++) {
            long place = slot.getAtIndex(JAVA_LONG, 1 + node);
            theirs.add(mine ? bucket.partials().get(node) : rooms.view(peer, place, sizeBytes));
        }
        nodes.add(theirs);
        results.add(mine || !divided ? bucket.out() : rooms.view(peer, slot.getAtIndex(JAVA_LONG, 0), sizeBytes));
    }

    private void sum(MemorySegment target, long from, long count) {
        int source = 0;
        for (List<MemorySegment> theirs : nodes) {
            for (MemorySegment node : theirs) {
                fold.source(source++, bucket.stretch(node, from, count));
            }
        }
        if (count > 0) {
            fold.into(target, from);
        }
    }

    private void collect(int rank) {
        for (int peer = 0; peer < results.size(); peer++) {
            if (peer != rank) {
                long from = division.from(stretch, peer);
                long count = division.count(stretch, peer);
                bucket.stretch(bucket.out(), from, count).copyFrom(bucket.stretch(results.get(peer), from, count));
            }
        }
    }

    private void settle() {
        bucket.partials().forEach(node -> rooms.settle(rooms.place(node)));
        if (divided) {
            rooms.settle(rooms.place(bucket.out()));
        }
    }
}
