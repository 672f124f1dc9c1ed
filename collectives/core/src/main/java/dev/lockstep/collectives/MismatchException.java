package dev.lockstep.collectives;

import org.jspecify.annotations.Nullable;

/** Says that ranks called different operations at the same place of their programs. */
public final class MismatchException extends CollectiveException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception with a message that holds the values. */
    public MismatchException(String message) {
        this(message, null);
    }

    /**
     * Makes the exception for a block that has another length than it was given room for.
     *
     * @param sizeBytes what {@code rank} gave, below 0 for no block at all
     * @param expectedBytes what was expected
     */
    public static MismatchException ofBlock(int rank, long sizeBytes, long expectedBytes) {
        return new MismatchException(
                "rank " + rank + " gives " + block(sizeBytes) + " where this rank expects " + block(expectedBytes));
    }

    private static String block(long sizeBytes) {
        return sizeBytes < 0 ? "no block" : "a block of " + sizeBytes + " bytes";
    }

    /** Makes the exception with what brought it about. */
    public MismatchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
