package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;

/**
 * A reduction over ranks in the form in which it can be made in stages with the same bits: 16-bit floats as f32, since
 * they are rounded once only, and a mean as a sum; {@link #finish} does the rest. Confined to one thread.
 */
public final class StagedReduction {
    private final Signature wanted;
    private final MemorySegment out;
    private final Scratch scratch;
    private final boolean widened;
    private final MemorySegment wideIn;
    private final MemorySegment wideOut;

    /**
     * Prepares a reduction.
     *
     * @param wanted what the ranks called
     * @param in this rank's elements, and {@code out} where the result goes
     */
    public StagedReduction(Signature wanted, MemorySegment in, MemorySegment out, Scratch scratch) {
        this.wanted = wanted;
        this.out = out;
        this.scratch = scratch;
        this.widened = Halves.is(wanted.dtype());
        this.wideIn = widened ? room(in) : in;
        this.wideOut = widened ? room(out) : out;
        if (widened) {
            Halves.widen(wanted.dtype(), in, wideIn);
        }
    }

    private MemorySegment room(MemorySegment halves) {
        return scratch.take(2 * halves.byteSize()).asSlice(0, 2 * halves.byteSize());
    }

    /** {@return what the stages call} */
    public Signature call() {
        ReduceOp op = wanted.op() == ReduceOp.MEAN ? ReduceOp.SUM : wanted.op();
        DType dtype = widened ? DType.F32 : wanted.dtype();
        return new Signature(wanted.kind(), dtype, op, wanted.elements(), wanted.detail());
    }

    /** {@return this rank's elements as the stages take them} */
    public MemorySegment in() {
        return wideIn;
    }

    /** {@return where the last stage puts its result} */
    public MemorySegment out() {
        return wideOut;
    }

    /** Turns the last stage's result into the reduction's. */
    public void finish(int ranks) {
        if (wanted.op() == ReduceOp.MEAN) {
            Elementwise.divide(call().dtype(), wideOut, ranks);
        }
        if (widened) {
            Halves.narrow(wanted.dtype(), wideOut, out);
            scratch.give(wideIn);
            scratch.give(wideOut);
        }
    }
}
