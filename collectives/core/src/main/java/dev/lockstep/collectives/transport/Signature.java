package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.Algorithm;
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
 * @param detail the bucket, the root, the user's tag, or the algorithm's place
 */
public record Signature(Kind kind, DType dtype, ReduceOp op, long elements, int detail) {
    /** The operations of a process group. */
    public enum Kind {
        ALL_REDUCE,
        TREE_ALL_REDUCE,
        REDUCE_SCATTER,
        ALL_GATHER,
        BROADCAST,
        REDUCE,
        GATHER,
        SCATTER,
        ALL_TO_ALL,
        BARRIER,
        POINT_TO_POINT
    }

    /** Makes the signature of an operation that moves bytes. */
    public static Signature ofBytes(Kind kind, long sizeBytes, int detail) {
        return new Signature(kind, DType.U8, ReduceOp.SUM, sizeBytes, detail);
    }

    /**
     * {@return the error that {@code rank} called {@code theirs} as its n-th where this rank called this, as in "rank 3
     * called all_reduce #17 with F32[1024] sum, this rank called all_reduce #17 with F32[1000] sum"}
     */
    public MismatchException mismatch(int rank, Signature theirs, long sequence) {
        return new MismatchException("the ranks' programs differ: rank " + rank + " called " + theirs.numbered(sequence)
                + ", this rank called " + numbered(sequence));
    }

    private String numbered(long sequence) {
        String call = sequence < 0 ? name() : name() + " #" + sequence;
        return arguments().isEmpty() ? call : call + " with " + arguments();
    }

    /** {@return the call in words, as in {@code all_reduce F32[1024] sum}} */
    @Override
    public String toString() {
        return arguments().isEmpty() ? name() : name() + " " + arguments();
    }

    private String name() {
        return lower(kind);
    }

    private String arguments() {
        return switch (kind) {
            case ALL_REDUCE -> data() + " " + lower(op) + byAlgorithm();
            case REDUCE_SCATTER -> data() + " " + lower(op);
            case TREE_ALL_REDUCE -> data() + " bucket " + detail;
            case REDUCE -> data() + " " + lower(op) + " to rank " + detail;
            case GATHER -> data() + " to rank " + detail;
            case BROADCAST, SCATTER -> data() + " from rank " + detail;
            case POINT_TO_POINT -> data() + " tag " + detail;
            case ALL_GATHER, ALL_TO_ALL -> elements < 0 ? "" : data();
            case BARRIER -> "";
        };
    }

    /** {@return nothing for the usual algorithm; a number that a peer gave may be any} */
    private String byAlgorithm() {
        boolean special = detail > 0 && detail < Algorithm.values().length;
        return special ? " by " + lower(Algorithm.values()[detail]) : "";
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private String data() {
        return dtype + "[" + elements + "]";
    }
}
