package dev.lockstep.collectives.shared;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.transport.Farewell;
import dev.lockstep.collectives.transport.Window;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A rank's segment, mapped: by itself to write, by its peers to read. Thread-safe where it says so. */
final class SharedSegment {
    /** What a rank has come to, in the order in which it comes. */
    enum State {
        MAPPING,
        MAPPED,
        ENDED
    }

    private static final VarHandle STATE = JAVA_INT.varHandle();

    private final SegmentLayout layout;
    private final MemorySegment memory;

    SharedSegment(SegmentLayout layout, MemorySegment memory) {
        this.layout = layout;
        this.memory = memory;
    }

    /**
     * Whose segment it is.
     *
     * @param job 32 hexadecimal digits that only members of the job know
     * @param cores the processors that the process may use
     */
    record Owner(String job, long attempt, long generation, int rank, int cores) {
        /** {@return who owns the segment of a peer} */
        Owner ofPeer(int peer) {
            return new Owner(job, attempt, generation, peer, cores);
        }
    }

    /** Writes the head. */
    void begin(Owner owner) {
        memory.set(JAVA_INT, 4, SegmentLayout.VERSION);
        memory.asSlice(SegmentLayout.JOB_AT, SegmentLayout.JOB_BYTES).copyFrom(bytes(owner.job()));
        memory.set(JAVA_LONG, SegmentLayout.ATTEMPT_AT, owner.attempt());
        memory.set(JAVA_LONG, SegmentLayout.GENERATION_AT, owner.generation());
        memory.set(JAVA_INT, SegmentLayout.RANK_AT, owner.rank());
        memory.set(JAVA_INT, SegmentLayout.SIZE_AT, layout.size());
        memory.set(JAVA_INT, SegmentLayout.CORES_AT, owner.cores());
        memory.set(JAVA_INT, 0, SegmentLayout.MAGIC);
    }

    /** {@return what is wrong with the head, or nothing if it is that of {@code owner}, whatever its cores} */
    String difference(Owner owner) {
        if (memory.get(JAVA_INT, 0) != SegmentLayout.MAGIC || memory.get(JAVA_INT, 4) != SegmentLayout.VERSION) {
            return "it is no segment of this version";
        }
        if (memory.asSlice(SegmentLayout.JOB_AT, SegmentLayout.JOB_BYTES).mismatch(bytes(owner.job())) != -1) {
            return "it is of another job";
        }
        long attempt = memory.get(JAVA_LONG, SegmentLayout.ATTEMPT_AT);
        long generation = memory.get(JAVA_LONG, SegmentLayout.GENERATION_AT);
        if (attempt != owner.attempt() || generation != owner.generation()) {
            return "it is of attempt " + attempt + ", generation " + generation;
        }
        int rank = memory.get(JAVA_INT, SegmentLayout.RANK_AT);
        int size = memory.get(JAVA_INT, SegmentLayout.SIZE_AT);
        return rank == owner.rank() && size == layout.size() ? "" : "it is of rank " + rank + " of " + size;
    }

    private static MemorySegment bytes(String job) {
        return MemorySegment.ofArray(job.getBytes(StandardCharsets.US_ASCII));
    }

    int cores() {
        return memory.get(JAVA_INT, SegmentLayout.CORES_AT);
    }

    /** Tells the peers what this rank has come to; only of the own segment. */
    void enter(State state) {
        STATE.setRelease(memory, SegmentLayout.STATE_AT, state.ordinal());
    }

    /** {@return whether the rank has come to {@code state} or further} */
    boolean hasEntered(State state) {
        return (int) STATE.getAcquire(memory, SegmentLayout.STATE_AT) >= state.ordinal();
    }

    /** Tells the peers why this rank gives up; only of the own segment. */
    void end(CollectiveException reason) {
        byte[] text = Farewell.encode(reason);
        memory.set(JAVA_INT, SegmentLayout.FAREWELL_AT, text.length);
        MemorySegment.copy(text, 0, memory, JAVA_BYTE, SegmentLayout.FAREWELL_AT + Integer.BYTES, text.length);
        enter(State.ENDED);
    }

    /** {@return why the rank has given up, or null while it has not} */
    @Nullable
    CollectiveException farewell() {
        if (!hasEntered(State.ENDED)) {
            return null;
        }
        int length = Math.clamp(memory.get(JAVA_INT, SegmentLayout.FAREWELL_AT), 0, Farewell.BYTES_MAX);
        return Farewell.decode(memory.asSlice(SegmentLayout.FAREWELL_AT + Integer.BYTES, length)
                .toArray(JAVA_BYTE));
    }

    MemorySegment cursor(int peer) {
        return memory.asSlice(layout.cursorAt(peer), SegmentLayout.LINE_BYTES);
    }

    MemorySegment ring(int peer) {
        return memory.asSlice(layout.ringAt(peer), SegmentLayout.LINE_BYTES + layout.ringBytes());
    }

    MemorySegment window() {
        return memory.asSlice(layout.windowAt(), Window.blockBytes(layout.slotBytes()));
    }
}
