package dev.lockstep.tensor;

/** The methods of {@link Tensor} that copy elements into another arrangement. */
public sealed interface RearrangingMethods permits Tensor {
    /** Repeats the whole tensor along each axis; more numbers than axes add axes in front. */
    default Tensor repeat(long... times) {
        return ShapingOps.repeat((Tensor) this, times);
    }

    /** Repeats the whole tensor along each axis; fewer numbers than axes leave the first axes as they are. */
    default Tensor tile(long... times) {
        return RearrangingOps.tile((Tensor) this, times);
    }

    /** Repeats each element of the flattened tensor. */
    default Tensor repeatInterleave(long times) {
        return RearrangingOps.repeatInterleave(((Tensor) this).flatten(), times, 0);
    }

    /** Repeats each slice of an axis. */
    default Tensor repeatInterleave(long times, int axis) {
        return RearrangingOps.repeatInterleave((Tensor) this, times, axis);
    }

    /** Repeats each slice of an axis as often as {@code times} [size of the axis] says. */
    default Tensor repeatInterleave(Tensor times, int axis) {
        return RearrangingOps.repeatInterleave((Tensor) this, times, axis);
    }

    /** Turns axes round. */
    default Tensor flip(int... axes) {
        return RearrangingOps.flip((Tensor) this, axes);
    }

    /** Moves the elements of the flattened tensor on by {@code shift}, those at the end to the beginning. */
    default Tensor roll(long shift) {
        return RearrangingOps.roll(((Tensor) this).flatten(), shift, 0).reshape(((Tensor) this).shape());
    }

    /** Moves the elements of an axis on by {@code shift}, those at the end to the beginning. */
    default Tensor roll(long shift, int axis) {
        return RearrangingOps.roll((Tensor) this, shift, axis);
    }

    /** Keeps what lies on and below a diagonal of the last two axes, {@code offset} to the right; zeros elsewhere. */
    default Tensor tril(long offset) {
        return RearrangingOps.triangle((Tensor) this, offset, true);
    }

    /** Keeps what lies on and below the diagonal of the last two axes; zeros elsewhere. */
    default Tensor tril() {
        return tril(0);
    }

    /** Keeps what lies on and above a diagonal of the last two axes, {@code offset} to the right; zeros elsewhere. */
    default Tensor triu(long offset) {
        return RearrangingOps.triangle((Tensor) this, offset, false);
    }

    /** Keeps what lies on and above the diagonal of the last two axes; zeros elsewhere. */
    default Tensor triu() {
        return triu(0);
    }

    /** Makes a diagonal matrix of a vector, or takes the diagonal of a matrix. */
    default Tensor diag(long offset) {
        return RearrangingOps.diag((Tensor) this, offset);
    }
}
