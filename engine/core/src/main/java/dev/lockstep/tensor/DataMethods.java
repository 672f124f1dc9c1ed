package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/** The methods of {@link Tensor} that move elements to and from Java. They block until the elements are there. */
public sealed interface DataMethods permits Tensor {
    /** Gives the only element as a double (bools as 0 or 1). */
    default double item() {
        return Transfer.item((Tensor) this);
    }

    /** Gives the only element as a long. */
    default long itemLong() {
        return Transfer.itemLong((Tensor) this);
    }

    /** Copies the elements, in C order, converted to float. */
    default float[] toFloatArray() {
        return Transfer.toFloatArray((Tensor) this);
    }

    /** Copies the elements, in C order, converted to double. */
    default double[] toDoubleArray() {
        return Transfer.toDoubleArray((Tensor) this);
    }

    /** Copies the elements, in C order, converted to long. */
    default long[] toLongArray() {
        return Transfer.toLongArray((Tensor) this);
    }

    /** Copies the elements, in C order, converted to int. */
    default int[] toIntArray() {
        return Transfer.toIntArray((Tensor) this);
    }

    /** Copies the elements, in C order, as bools: non-zero is true. */
    default boolean[] toBooleanArray() {
        return Transfer.toBooleanArray((Tensor) this);
    }

    /** Copies the elements, in C order and native byte order, into memory of at least their size. */
    default void copyTo(MemorySegment target) {
        Transfer.copyTo((Tensor) this, target);
    }

    /** Overwrites the elements with those in {@code source}, in C order and native byte order; bumps the version. */
    default void copyFrom(MemorySegment source) {
        Transfer.copyFrom((Tensor) this, source);
    }
}
