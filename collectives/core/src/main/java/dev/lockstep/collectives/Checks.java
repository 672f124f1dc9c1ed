package dev.lockstep.collectives;

import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Checks what callers hand to a group. Each throws {@link IllegalArgumentException} with the values, in a text that is
 * only made then.
 */
final class Checks {
    private Checks() {}

    static void reducible(DType dtype, ReduceOp op) {
        boolean fits = switch (dtype) {
            case F32, F64, BF16, F16 -> true;
            case I32, I64 -> op != ReduceOp.MEAN;
            case I8, U8, I16, BOOL -> false;
        };
        if (!fits) {
            throw new IllegalArgumentException("cannot reduce " + dtype + " by " + op
                    + "; F32, F64, BF16 and F16 are reduced by any, I32 and I64 by all but MEAN");
        }
    }

    static void nativeMemory(String what, MemorySegment data) {
        if (!data.isNative()) {
            throw new IllegalArgumentException(what + ": the segment is on the heap; collectives take native memory");
        }
    }

    static void data(String what, MemorySegment data, DType dtype) {
        nativeMemory(what, data);
        if (data.address() % dtype.sizeBytes() != 0 || data.byteSize() % dtype.sizeBytes() != 0) {
            throw new IllegalArgumentException(what + ": " + data.byteSize() + " bytes at " + data.address()
                    + " are not whole, aligned " + dtype + " elements");
        }
    }

    static void length(String what, MemorySegment data, long sizeBytes) {
        if (data.byteSize() != sizeBytes) {
            throw new IllegalArgumentException(what + ": " + data.byteSize() + " bytes, expected " + sizeBytes);
        }
    }

    static void apart(String what, MemorySegment in, MemorySegment out) {
        if (in.asOverlappingSlice(out).isPresent()) {
            throw new IllegalArgumentException(what + ": input and output overlap");
        }
    }

    static void blocks(String what, MemorySegment all, MemorySegment one, int size) {
        nativeMemory(what, all);
        length(what, all, one.byteSize() * size);
        apart(what, all, one);
    }

    static void divisible(String what, MemorySegment data, int size) {
        if (data.byteSize() % size != 0) {
            throw new IllegalArgumentException(
                    what + ": " + data.byteSize() + " bytes are not " + size + " equal blocks");
        }
    }

    static void lists(String what, List<MemorySegment> in, List<MemorySegment> out, ProcessGroup group) {
        int size = group.size();
        if (in.size() != size || out.size() != size) {
            throw new IllegalArgumentException(
                    what + ": " + in.size() + " and " + out.size() + " blocks for " + size + " ranks");
        }
        in.forEach(block -> nativeMemory(what + " in", block));
        for (MemorySegment block : out) {
            nativeMemory(what + " out", block);
            in.forEach(other -> apart(what, other, block));
        }
        length(what + " own block", out.get(group.rank()), in.get(group.rank()).byteSize());
    }

    static void rank(String what, int rank, int size) {
        if (rank < 0 || rank >= size) {
            throw new IllegalArgumentException(what + ": rank " + rank + " is not in [0, " + size + ")");
        }
    }

    static void peer(String what, int peer, ProcessGroup group) {
        rank(what, peer, group.size());
        if (peer == group.rank()) {
            throw new IllegalArgumentException(what + ": peer " + peer + " is this rank itself");
        }
    }

    static void tree(TreeSum tree, int size, int rank, int partials) {
        if (tree.nodesByRank().size() != size) {
            throw new IllegalArgumentException(
                    "tree all_reduce: nodes of " + tree.nodesByRank().size() + " ranks in a group of " + size);
        }
        int nodes = tree.nodesByRank().get(rank).size();
        if (nodes != partials) {
            throw new IllegalArgumentException("tree all_reduce: " + partials + " partials for " + nodes + " nodes");
        }
    }
}
