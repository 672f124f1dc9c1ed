package dev.lockstep.collectives.transport;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * Memory that all ranks of a group read and of which each writes its own block. It is used in rounds: everyone writes
 * its slot and publishes, waits until all have come, reads all slots, and goes on to the next round.
 *
 * <pre>
 * Note [Two slots are enough]: a rank publishes round k only after it has read round k - 1, that is, after all have
 * published round k - 1, that is, after all have read round k - 2. So nobody reads the slot of round k - 2 any more
 * when round k overwrites it, and one counter a rank is all the bookkeeping there is.
 *
 * block: rounds published 8 | pad to 128 | head of slot 0, head of slot 1: 128 each | slot 0 | slot 1
 * head:  sequence 8 | kind, dtype, op 8 | elements 8 | detail 8 | bytes 8 | pad
 * </pre>
 *
 * Confined to one thread at a time; whoever takes over must be ordered after the one before, as by a lock.
 */
public final class Window {
    /** Two cache lines, since processors fetch lines in pairs: no rank's counter shares one with another's. */
    private static final long LINE_BYTES = 128;

    private static final int SLOTS = 2;
    private static final long SLOTS_AT = LINE_BYTES * (1 + SLOTS);
    private static final VarHandle ROUNDS = JAVA_LONG.varHandle();

    private final int rank;
    private final MemorySegment[] blocks;
    private final MemorySegment[][] slots;
    private final MemorySegment[][] starts;
    private final long slotBytes;
    private long round;

    /**
     * Makes the view that one rank has.
     *
     * @param blocks the ranks' blocks, zeroed before anyone uses them; only that of {@code rank} is written
     * @param slotBytes the size of a slot, a multiple of 128
     */
    public Window(int rank, List<MemorySegment> blocks, long slotBytes) {
        this.rank = rank;
        this.blocks = blocks.toArray(MemorySegment[]::new);
        this.slotBytes = slotBytes;
        this.slots = new MemorySegment[SLOTS][this.blocks.length];
        this.starts = new MemorySegment[SLOTS][this.blocks.length];
        for (int slot = 0; slot < SLOTS; slot++) {
            for (int peer = 0; peer < this.blocks.length; peer++) {
                slots[slot][peer] = this.blocks[peer].asSlice(SLOTS_AT + slot * slotBytes, slotBytes);
                starts[slot][peer] = slots[slot][peer];
            }
        }
    }

    /** {@return the size of a block with slots of so many bytes} */
    public static long blockBytes(long slotBytes) {
        return SLOTS_AT + SLOTS * slotBytes;
    }

    /** {@return this rank} */
    public int rank() {
        return rank;
    }

    /** {@return the number of ranks} */
    public int size() {
        return blocks.length;
    }

    /** {@return how much a rank can give in one round} */
    public long slotBytes() {
        return slotBytes;
    }

    private int slot() {
        return (int) (round % SLOTS);
    }

    private long headAt() {
        return LINE_BYTES * (1 + slot());
    }

    /** {@return the slot of {@code peer} in this round; that of another rank once it has come} */
    public MemorySegment slot(int peer) {
        return slots[slot()][peer];
    }

    /** {@return the first bytes of {@link #slot}; the same object as before while the length stays the same} */
    public MemorySegment slotStart(int peer, long sizeBytes) {
        MemorySegment last = starts[slot()][peer];
        if (last.byteSize() != sizeBytes) {
            last = slot(peer).asSlice(0, sizeBytes);
            starts[slot()][peer] = last;
        }
        return last;
    }

    /**
     * Lets the others see this rank's slot.
     *
     * @param sequence the collective
     * @param call what this rank called
     * @param sizeBytes a size that the others may ask for
     */
    public void publish(long sequence, Signature call, long sizeBytes) {
        MemorySegment mine = blocks[rank];
        long at = headAt();
        mine.set(JAVA_LONG, at, sequence);
        mine.set(JAVA_LONG, at + 8, kinds(call));
        mine.set(JAVA_LONG, at + 16, call.elements());
        mine.set(JAVA_LONG, at + 24, call.detail());
        mine.set(JAVA_LONG, at + 32, sizeBytes);
        ROUNDS.setRelease(mine, 0L, round + 1);
    }

    /** {@return whether {@code peer} has published this round} */
    public boolean hasCome(int peer) {
        return (long) ROUNDS.getAcquire(blocks[peer], 0L) > round;
    }

    /** {@return the size that {@code peer} published with this round} */
    public long sizeBytes(int peer) {
        return blocks[peer].get(JAVA_LONG, headAt() + 32);
    }

    /**
     * Checks that a peer that has come called the same.
     *
     * @param name what the peer is called in messages
     * @throws MismatchException saying who called what
     */
    public void check(int peer, int name, long sequence, Signature call) {
        MemorySegment theirs = blocks[peer];
        long at = headAt();
        boolean same = theirs.get(JAVA_LONG, at) == sequence
                && theirs.get(JAVA_LONG, at + 8) == kinds(call)
                && theirs.get(JAVA_LONG, at + 16) == call.elements()
                && theirs.get(JAVA_LONG, at + 24) == call.detail();
        if (!same) {
            throw call.mismatch(name, decode(theirs, at), theirs.get(JAVA_LONG, at));
        }
    }

    private static Signature decode(MemorySegment block, long at) {
        long kinds = block.get(JAVA_LONG, at + 8);
        return new Signature(
                Signature.Kind.values()[(int) (kinds & 0xff)],
                DType.values()[(int) (kinds >> 8 & 0xff)],
                ReduceOp.values()[(int) (kinds >> 16 & 0xff)],
                block.get(JAVA_LONG, at + 16),
                (int) block.get(JAVA_LONG, at + 24));
    }

    private static long kinds(Signature call) {
        return call.kind().ordinal()
                | (long) call.dtype().ordinal() << 8
                | (long) call.op().ordinal() << 16;
    }

    /** Ends this round, once this rank has read what it needs of all slots. */
    public void next() {
        round++;
    }
}
