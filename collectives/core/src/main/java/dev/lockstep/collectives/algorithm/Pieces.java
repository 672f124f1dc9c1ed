package dev.lockstep.collectives.algorithm;

import java.lang.foreign.MemorySegment;

/**
 * The segments of a bucket, cut into pieces. Immutable.
 *
 * @param segments one for each rank
 * @param pieceElements the length of all pieces but the last of a segment
 * @param elementBytes the length of an element
 */
record Pieces(Segments segments, long pieceElements, int elementBytes) {
    static Pieces of(Segments segments, int elementBytes, Pacing pacing) {
        long longest = 0;
        for (int rank = 0; rank < segments.size(); rank++) {
            longest = Math.max(longest, segments.count(rank));
        }
        return new Pieces(segments, pacing.pieceBytes(longest * elementBytes) / elementBytes, elementBytes);
    }

    /** {@return the number of pieces of a rank's segment} */
    int count(int rank) {
        return Math.toIntExact(Math.ceilDiv(segments.count(rank), pieceElements));
    }

    /** {@return the largest number of pieces of a segment} */
    int most() {
        int most = 0;
        for (int rank = 0; rank < segments.size(); rank++) {
            most = Math.max(most, count(rank));
        }
        return most;
    }

    /** {@return where a piece begins in the bucket} */
    long from(int rank, int piece) {
        return segments.from(rank) + piece * pieceElements;
    }

    long sizeBytes(int rank, int piece) {
        return Math.min(pieceElements, segments.count(rank) - piece * pieceElements) * elementBytes;
    }

    /** {@return a piece of the bucket} */
    MemorySegment of(MemorySegment bucket, int rank, int piece) {
        return bucket.asSlice(from(rank, piece) * elementBytes, sizeBytes(rank, piece));
    }

    /** {@return a piece of a rank's segment, which lies by itself} */
    MemorySegment ofSegment(MemorySegment segment, int rank, int piece) {
        return segment.asSlice(piece * pieceElements * elementBytes, sizeBytes(rank, piece));
    }
}
