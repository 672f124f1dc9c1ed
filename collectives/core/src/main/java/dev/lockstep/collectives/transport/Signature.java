package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.util.Locale;

/**
 * What a rank called; all ranks must call the same at the same place. Travels with every message, so that a mismatch is
 * an error that says who called what, not a hang.
 *
 * @param kind the operation
 * @param dtype the elements; U8 for bytes
 * @param op how elements are combined; SUM where nothing is
 * @param elements how many, or -1 where ranks may differ
 * @param detail the bucket, the root or the user's tag
 */
public record Signature(Kind kind, DType dtype, ReduceOp op, long elements, int detail) {
    /** The operations of a process group. */
    public enum Kind {
        ALL_REDUCE,
        TREE_ALL_REDUCE,
        REDUCE_SCATTER,
        ALL_GATHER,
        BROADCAST,
        BARRIER,
        POINT_TO_POINT
    }

    /** Makes the signature of an operation that moves bytes. */
    public static Signature ofBytes(Kind kind, long sizeBytes, int detail) {
        return new Signature(kind, DType.U8, ReduceOp.SUM, sizeBytes, detail);
    }

    /** {@return the error that {@code rank} called {@code theirs} as its n-th where this rank called this} */
    public MismatchException mismatch(int rank, Signature theirs, long sequence) {
        return new MismatchException("the ranks' programs differ: rank " + rank + " called " + theirs + " as #"
                + sequence + " where this rank called " + this);
    }

    /** {@return the call in words, as in {@code all_reduce F32[1024] sum}} */
    @Override
    public String toString() {
        String call = kind.name().toLowerCase(Locale.ROOT);
        return switch (kind) {
            case ALL_REDUCE, REDUCE_SCATTER ->
                call + " " + data() + " " + op.name().toLowerCase(Locale.ROOT);
            case TREE_ALL_REDUCE -> call + " " + data() + " bucket " + detail;
            case BROADCAST -> call + " " + data() + " from rank " + detail;
            case POINT_TO_POINT -> call + " " + data() + " tag " + detail;
            case ALL_GATHER, BARRIER -> call;
        };
    }

    private String data() {
        return dtype + "[" + elements + "]";
    }
}
