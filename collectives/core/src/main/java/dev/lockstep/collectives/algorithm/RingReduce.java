package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An all-reduce in a ring: segments travel from neighbour to neighbour, in n - 1 steps growing to whole sums, in n - 1
 * more to all ranks. Long segments travel in parts, so that a part is on its way while the next is being added.
 * Confined to one thread.
 */
final class RingReduce {
    private static final int PHASE_REDUCE = 0;
    private static final int PHASE_GATHER = 1;
    private static final long PART_BYTES = 256 << 10;

    private final Exchange exchange;
    private final Combiner combiner;
    private final Segments segments;
    private final int elementBytes;
    private final int size;
    private final int next;
    private final int previous;

    RingReduce(Exchange exchange) {
        this.exchange = exchange;
        this.combiner = exchange.combiner();
        this.elementBytes = combiner.dtype().sizeBytes();
        this.size = exchange.size();
        this.segments = Segments.aligned(exchange.signature().elements(), elementBytes, size);
        this.next = (exchange.rank() + 1) % size;
        this.previous = (exchange.rank() + size - 1) % size;
    }

    private List<MemorySegment> parts(MemorySegment memory, int steps) {
        int segment = Math.floorMod(exchange.rank() - steps, size);
        long from = segments.from(segment) * elementBytes;
        long to = segments.to(segment) * elementBytes;
        List<MemorySegment> parts = new ArrayList<>();
        for (long at = from; at < to; at += PART_BYTES) {
            parts.add(memory.asSlice(at, Math.min(PART_BYTES, to - at)));
        }
        return parts;
    }

    /** The number of a part within its phase; a segment has less than 2^16 parts of a bucket up to 16 GiB a rank. */
    private static int number(int step, int part) {
        return (step << Short.SIZE) + part;
    }

    void allReduce(MemorySegment in, MemorySegment out) {
        List<List<MemorySegment>> rooms = new ArrayList<>();
        List<List<PendingWork>> sums = new ArrayList<>();
        List<List<PendingWork>> finals = new ArrayList<>();
        for (int step = 0; step < size - 1; step++) {
            List<MemorySegment> room = parts(out, step + 1).stream()
                    .map(part -> exchange.scratch(part.byteSize()))
                    .toList();
            rooms.add(room);
            sums.add(receive(PHASE_REDUCE, step, room));
            finals.add(receive(PHASE_GATHER, step, parts(out, step)));
        }
        send(PHASE_REDUCE, 0, parts(in, 0));
        for (int step = 0; step < size - 1; step++) {
            reduce(step, sums.get(step), rooms.get(step), in, out);
        }
        for (int step = 0; step < size - 1; step++) {
            forward(step, finals.get(step), parts(out, step));
        }
    }

    private List<PendingWork> receive(int phase, int step, List<MemorySegment> rooms) {
        List<PendingWork> arrivals = new ArrayList<>();
        for (int part = 0; part < rooms.size(); part++) {
            arrivals.add(exchange.receive(previous, phase, number(step, part), rooms.get(part)));
        }
        return arrivals;
    }

    private void send(int phase, int step, List<MemorySegment> parts) {
        for (int part = 0; part < parts.size(); part++) {
            exchange.send(next, phase, number(step, part), parts.get(part));
        }
    }

    /** Adds what has come in a step to this rank's own, and sends it on: after the last step to be kept by all. */
    private void reduce(
            int step, List<PendingWork> arrivals, List<MemorySegment> rooms, MemorySegment in, MemorySegment out) {
        List<MemorySegment> own = parts(in, step + 1);
        List<MemorySegment> sums = parts(out, step + 1);
        boolean last = step == size - 2;
        for (int part = 0; part < rooms.size(); part++) {
            exchange.await(arrivals.get(part));
            MemorySegment sum = sums.get(part);
            combiner.combine(rooms.get(part), own.get(part), sum);
            if (last) {
                combiner.finish(sum, size);
            }
            exchange.send(next, last ? PHASE_GATHER : PHASE_REDUCE, number(last ? 0 : step + 1, part), sum);
        }
    }

    private void forward(int step, List<PendingWork> arrivals, List<MemorySegment> parts) {
        for (int part = 0; part < parts.size(); part++) {
            exchange.await(arrivals.get(part));
            if (step < size - 2) {
                exchange.send(next, PHASE_GATHER, number(step + 1, part), parts.get(part));
            }
        }
    }
}
