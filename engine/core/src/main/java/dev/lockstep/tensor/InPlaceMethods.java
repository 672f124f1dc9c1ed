package dev.lockstep.tensor;

import dev.lockstep.backend.op.BinaryKind;

/**
 * The methods of {@link Tensor} that write into it. Each returns the tensor, bumps the storage's version, and refuses a
 * leaf that requires a gradient or a view of one (unless in {@code noGrad}), and an expanded tensor. A recorded write
 * through a view rewrites the history of its base and of the other views of it, as torch's does.
 */
public sealed interface InPlaceMethods permits Tensor {
    /** Adds another tensor (broadcast to this) in place. */
    default Tensor add_(Tensor other) {
        return InPlaceOps.binary(BinaryKind.ADD, (Tensor) this, other);
    }

    /** Adds a number in place. */
    default Tensor add_(double other) {
        return InPlaceOps.scalar(BinaryKind.ADD, (Tensor) this, other);
    }

    /** Subtracts another tensor (broadcast to this) in place. */
    default Tensor sub_(Tensor other) {
        return InPlaceOps.binary(BinaryKind.SUB, (Tensor) this, other);
    }

    /** Multiplies by another tensor (broadcast to this) in place. */
    default Tensor mul_(Tensor other) {
        return InPlaceOps.binary(BinaryKind.MUL, (Tensor) this, other);
    }

    /** Multiplies by a number in place. */
    default Tensor mul_(double other) {
        return InPlaceOps.scalar(BinaryKind.MUL, (Tensor) this, other);
    }

    /** Divides by another tensor (broadcast to this) in place. */
    default Tensor div_(Tensor other) {
        return InPlaceOps.binary(BinaryKind.DIV, (Tensor) this, other);
    }

    /** Overwrites with another tensor, broadcast and converted to this. */
    default Tensor copy_(Tensor source) {
        return InPlaceOps.copy((Tensor) this, source);
    }

    /** Overwrites with one number. */
    default Tensor fill_(double number) {
        return InPlaceOps.fill((Tensor) this, number);
    }

    /** Overwrites with zeros. */
    default Tensor zero_() {
        return InPlaceOps.fill((Tensor) this, 0);
    }
}
