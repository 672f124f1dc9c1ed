package dev.lockstep.tensor;

import dev.lockstep.backend.op.BinaryKind;

/** The methods of {@link Tensor} about whole numbers: remainders, rounded quotients, bits. */
public sealed interface IntegerMethods permits Tensor {
    /** Gives the remainder with the divisor's sign, as Python's %; shapes broadcast, dtypes promote. */
    default Tensor remainder(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.REMAINDER, (Tensor) this, other);
    }

    /** Gives the remainder with the divisor's sign, as Python's %, by a whole number. */
    default Tensor remainder(long other) {
        return ElementwiseOps.scalar(BinaryKind.REMAINDER, (Tensor) this, other);
    }

    /** Gives the remainder with the divisor's sign, as Python's %, by a number. */
    default Tensor remainder(double other) {
        return ElementwiseOps.scalar(BinaryKind.REMAINDER, (Tensor) this, other);
    }

    /** Gives the remainder with the dividend's sign, as C's fmod; shapes broadcast, dtypes promote. */
    default Tensor fmod(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.FMOD, (Tensor) this, other);
    }

    /** Gives the remainder with the dividend's sign, as C's fmod, by a whole number. */
    default Tensor fmod(long other) {
        return ElementwiseOps.scalar(BinaryKind.FMOD, (Tensor) this, other);
    }

    /** Gives the remainder with the dividend's sign, as C's fmod, by a number. */
    default Tensor fmod(double other) {
        return ElementwiseOps.scalar(BinaryKind.FMOD, (Tensor) this, other);
    }

    /** Divides and rounds down; shapes broadcast, dtypes promote. */
    default Tensor floorDivide(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.FLOOR_DIVIDE, (Tensor) this, other);
    }

    /** Divides and rounds down, by a whole number. */
    default Tensor floorDivide(long other) {
        return ElementwiseOps.scalar(BinaryKind.FLOOR_DIVIDE, (Tensor) this, other);
    }

    /** Divides and rounds down, by a number. */
    default Tensor floorDivide(double other) {
        return ElementwiseOps.scalar(BinaryKind.FLOOR_DIVIDE, (Tensor) this, other);
    }

    /** Takes the bits that both have, of integers or bools; shapes broadcast, dtypes promote. */
    default Tensor bitwiseAnd(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.BITWISE_AND, (Tensor) this, other);
    }

    /** Takes the bits that both have, of integers or bools, by a whole number. */
    default Tensor bitwiseAnd(long other) {
        return ElementwiseOps.scalar(BinaryKind.BITWISE_AND, (Tensor) this, other);
    }

    /** Takes the bits that either has, of integers or bools; shapes broadcast, dtypes promote. */
    default Tensor bitwiseOr(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.BITWISE_OR, (Tensor) this, other);
    }

    /** Takes the bits that either has, of integers or bools, by a whole number. */
    default Tensor bitwiseOr(long other) {
        return ElementwiseOps.scalar(BinaryKind.BITWISE_OR, (Tensor) this, other);
    }

    /** Takes the bits that exactly one has, of integers or bools; shapes broadcast, dtypes promote. */
    default Tensor bitwiseXor(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.BITWISE_XOR, (Tensor) this, other);
    }

    /** Takes the bits that exactly one has, of integers or bools, by a whole number. */
    default Tensor bitwiseXor(long other) {
        return ElementwiseOps.scalar(BinaryKind.BITWISE_XOR, (Tensor) this, other);
    }

    /** Moves the bits of integers to the left; shapes broadcast, dtypes promote. */
    default Tensor bitwiseLeftShift(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.SHIFT_LEFT, (Tensor) this, other);
    }

    /** Moves the bits of integers to the left, by a whole number. */
    default Tensor bitwiseLeftShift(long other) {
        return ElementwiseOps.scalar(BinaryKind.SHIFT_LEFT, (Tensor) this, other);
    }

    /** Moves the bits of integers to the right, keeping the sign; shapes broadcast, dtypes promote. */
    default Tensor bitwiseRightShift(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.SHIFT_RIGHT, (Tensor) this, other);
    }

    /** Moves the bits of integers to the right, keeping the sign, by a whole number. */
    default Tensor bitwiseRightShift(long other) {
        return ElementwiseOps.scalar(BinaryKind.SHIFT_RIGHT, (Tensor) this, other);
    }
}
