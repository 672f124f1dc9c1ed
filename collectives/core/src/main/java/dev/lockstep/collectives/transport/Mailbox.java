package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.MismatchException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Matches what arrives at one worker with what it awaits, and finds out where two ranks have called different
 * operations. A message that is awaited goes straight to its memory; an early one is stashed. Thread-safe.
 */
public final class Mailbox {
    private static final int ALIGNMENT_BYTES = 64;
    private static final long STASHED_MESSAGE_BYTES_MAX = 1L << 30;

    private final Map<Slot.Key, Slot> slots = new HashMap<>();
    private final @Nullable CollectiveException[] lost;
    private final long[] stashedBytes;
    private final int[] awaited;
    private final long stashLimitBytes;
    private final IntConsumer onDemand;
    private final Waiter waiter;
    private final String[] names;
    private @Nullable CollectiveException closed;

    /**
     * Makes an empty mailbox.
     *
     * @param size the number of ranks
     * @param stashLimitBytes early bytes of one peer after which {@link #isSaturated} asks to stop reading
     * @param onDemand told the peer whenever a message of it is awaited that is not there yet
     */
    public Mailbox(int size, long stashLimitBytes, IntConsumer onDemand) {
        this(size, stashLimitBytes, onDemand, Waiter.SLEEPING);
    }

    /** Makes an empty mailbox whose receives are waited for as {@code waiter} does. */
    public Mailbox(int size, long stashLimitBytes, IntConsumer onDemand, Waiter waiter) {
        this.waiter = waiter;
        this.lost = new @Nullable CollectiveException[size];
        this.stashedBytes = new long[size];
        this.awaited = new int[size];
        this.stashLimitBytes = stashLimitBytes;
        this.onDemand = onDemand;
        this.names = new String[size];
        Arrays.setAll(names, rank -> "a message from rank " + rank);
    }

    /** Awaits a message; see {@link Transport#receive}. */
    public PendingWork receive(int source, Envelope envelope, LongFunction<MemorySegment> target) {
        PendingWork work = new PendingWork(names[source], waiter);
        Arrival there = post(source, envelope, new Receipt(work, target));
        if (there != null) {
            settle(there);
        } else if (!work.isDone()) {
            onDemand.accept(source);
        }
        return work;
    }

    /** {@return the arrival that answers the receipt, if it is complete already} */
    private synchronized @Nullable Arrival post(int source, Envelope envelope, Receipt receipt) {
        Slot slot = slot(source, envelope);
        Arrival arrival = slot.arrivals.get(envelope.tag());
        boolean here = arrival != null && arrival.isComplete();
        CollectiveException refusal = refusal(source, envelope, slot, here);
        if (refusal != null) {
            receipt.work().fail(refusal);
            removeIfEmpty(slot);
            return null;
        }
        awaited[source]++;
        if (arrival == null) {
            slot.posted.put(envelope.tag(), receipt);
        } else {
            arrival.bind(receipt);
        }
        return here ? arrival : null;
    }

    private @Nullable CollectiveException refusal(int source, Envelope envelope, Slot slot, boolean here) {
        if (closed != null) {
            return closed;
        }
        if (!slot.signature.equals(envelope.signature())) {
            return envelope.signature()
                    .mismatch(source, slot.signature, envelope.tag().sequence());
        }
        return here ? null : lost[source];
    }

    /**
     * Begins to take in a message. One that nobody can want (the mailbox is closed, the calls do not match) is taken
     * and dropped.
     *
     * @throws IllegalStateException if the same message came before, or is larger than 1 GiB and not awaited yet
     */
    public synchronized Arrival begin(int source, Envelope envelope, long sizeBytes) {
        Arrival.Heading heading = new Arrival.Heading(source, envelope.tag(), sizeBytes);
        if (closed != null || lost[source] != null) {
            return new Arrival(this, heading, null, null);
        }
        Slot slot = slot(source, envelope);
        if (slot.arrivals.containsKey(envelope.tag())) {
            throw new IllegalStateException("rank " + source + " sent " + envelope.tag() + " twice");
        }
        if (!slot.signature.equals(envelope.signature())) {
            failPosted(
                    slot,
                    slot.signature.mismatch(
                            source, envelope.signature(), envelope.tag().sequence()));
            return new Arrival(this, heading, null, null);
        }
        Receipt receipt = slot.posted.remove(envelope.tag());
        MemorySegment memory = receipt == null ? stash(source, sizeBytes) : target(source, receipt, sizeBytes);
        Arrival arrival = new Arrival(this, heading, memory, receipt);
        if (memory != null) {
            slot.arrivals.put(envelope.tag(), arrival);
        }
        return arrival;
    }

    private MemorySegment stash(int source, long sizeBytes) {
        if (sizeBytes > STASHED_MESSAGE_BYTES_MAX) {
            throw new IllegalStateException("a message of " + sizeBytes + " bytes that nobody awaits yet; at most "
                    + STASHED_MESSAGE_BYTES_MAX + " are kept");
        }
        stashedBytes[source] += sizeBytes;
        return Arena.ofAuto().allocate(sizeBytes, ALIGNMENT_BYTES);
    }

    private @Nullable MemorySegment target(int source, Receipt receipt, long sizeBytes) {
        try {
            return memory(source, receipt, sizeBytes);
        } catch (CollectiveException refused) {
            awaited[source]--;
            receipt.work().fail(refused);
            return null;
        }
    }

    private static MemorySegment memory(int source, Receipt receipt, long sizeBytes) {
        MemorySegment memory = receipt.target().apply(sizeBytes);
        if (memory.byteSize() != sizeBytes) {
            throw new MismatchException(
                    "rank " + source + " sent " + sizeBytes + " bytes where " + memory.byteSize() + " were expected");
        }
        return memory;
    }

    void finish(Arrival arrival) {
        boolean wanted;
        synchronized (this) {
            arrival.markComplete();
            wanted = arrival.receipt() != null;
        }
        if (wanted) {
            settle(arrival);
        }
    }

    /** Hands a complete message to its receipt. The copy of a stashed one happens outside the mailbox's lock. */
    private void settle(Arrival arrival) {
        Receipt receipt = receiptOf(arrival);
        try {
            if (arrival.isStashed()) {
                arrival.moveTo(memory(arrival.source(), receipt, arrival.sizeBytes()));
            }
            receipt.work().complete();
        } catch (CollectiveException refused) {
            receipt.work().fail(refused);
        }
        remove(arrival);
    }

    private synchronized Receipt receiptOf(Arrival arrival) {
        Receipt receipt = arrival.receipt();
        if (receipt == null) {
            throw new AssertionError("a message that nobody awaits was handed over");
        }
        return receipt;
    }

    private synchronized void remove(Arrival arrival) {
        Slot slot = slots.get(new Slot.Key(
                arrival.source(), arrival.tag().group(), arrival.tag().sequence()));
        if (slot != null && slot.arrivals.remove(arrival.tag(), arrival)) {
            awaited[arrival.source()]--;
            stashedBytes[arrival.source()] -= arrival.isStashed() ? arrival.sizeBytes() : 0;
            removeIfEmpty(slot);
        }
    }

    /**
     * {@return whether so much of a peer's lies here unasked that no more should be read, and nothing of it is awaited}
     */
    public synchronized boolean isSaturated(int source) {
        return stashedBytes[source] > stashLimitBytes && awaited[source] == 0;
    }

    /** {@return whether a message is awaited from a peer} */
    public synchronized boolean isAwaiting(int source) {
        return awaited[source] > 0;
    }

    /** {@return whether a message is awaited from anyone} */
    public synchronized boolean isAwaiting() {
        for (int count : awaited) {
            if (count > 0) {
                return true;
            }
        }
        return false;
    }

    /** Fails what is awaited of a peer now and later; messages that are here in full can still be received. */
    public void lose(int source, CollectiveException reason) {
        List<Arrival> torn;
        synchronized (this) {
            if (lost[source] == null) {
                lost[source] = reason;
            }
            torn = fail(slot -> slot.key.source() == source, arrival -> !arrival.isComplete(), reason);
        }
        torn.forEach(Arrival::drop);
    }

    /** Fails whatever is awaited now and later. When it returns, no memory of a receive is touched any more. */
    public void close(CollectiveException reason) {
        List<Arrival> dropped;
        synchronized (this) {
            if (closed == null) {
                closed = reason;
            }
            dropped = fail(_ -> true, _ -> true, reason);
        }
        dropped.forEach(Arrival::drop);
    }

    private List<Arrival> fail(Predicate<Slot> where, Predicate<Arrival> which, CollectiveException reason) {
        List<Arrival> failed = new ArrayList<>();
        for (Slot slot : slots.values()) {
            if (where.test(slot)) {
                failPosted(slot, reason);
                slot.arrivals.values().stream().filter(which).forEach(failed::add);
            }
        }
        for (Arrival arrival : failed) {
            Receipt receipt = arrival.receipt();
            if (receipt != null) {
                receipt.work().fail(reason);
            }
        }
        return failed;
    }

    private void failPosted(Slot slot, CollectiveException reason) {
        slot.posted.values().forEach(receipt -> receipt.work().fail(reason));
        awaited[slot.key.source()] -= slot.posted.size();
        slot.posted.clear();
    }

    private Slot slot(int source, Envelope envelope) {
        Slot.Key key =
                new Slot.Key(source, envelope.tag().group(), envelope.tag().sequence());
        return slots.computeIfAbsent(key, k -> new Slot(k, envelope.signature()));
    }

    private void removeIfEmpty(Slot slot) {
        if (slot.posted.isEmpty() && slot.arrivals.isEmpty()) {
            slots.remove(slot.key);
        }
    }
}
