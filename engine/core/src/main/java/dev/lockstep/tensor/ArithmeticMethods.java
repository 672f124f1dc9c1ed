package dev.lockstep.tensor;

import dev.lockstep.backend.op.BinaryKind;

/**
 * The element-wise methods of {@link Tensor} with two arguments. Shapes broadcast and dtypes promote by torch's rules.
 */
public sealed interface ArithmeticMethods permits Tensor {
    /** Adds another tensor, element by element; shapes broadcast, dtypes promote. */
    default Tensor add(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.ADD, (Tensor) this, other);
    }

    /** Adds {@code alpha} times another tensor: torch's {@code add(other, alpha=...)}. */
    default Tensor add(Tensor other, double alpha) {
        return ElementwiseOps.plus((Tensor) this, other, alpha);
    }

    /** Adds a number; an integral tensor becomes F32. */
    default Tensor add(double other) {
        return ElementwiseOps.scalar(BinaryKind.ADD, (Tensor) this, other);
    }

    /** Adds a whole number; the dtype stays (bool becomes I64). */
    default Tensor add(long other) {
        return ElementwiseOps.scalar(BinaryKind.ADD, (Tensor) this, other);
    }

    /** Subtracts another tensor, element by element; shapes broadcast, dtypes promote. */
    default Tensor sub(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.SUB, (Tensor) this, other);
    }

    /** Subtracts {@code alpha} times another tensor. */
    default Tensor sub(Tensor other, double alpha) {
        return ElementwiseOps.plus((Tensor) this, other, -alpha);
    }

    /** Subtracts a number; an integral tensor becomes F32. */
    default Tensor sub(double other) {
        return ElementwiseOps.scalar(BinaryKind.SUB, (Tensor) this, other);
    }

    /** Subtracts a whole number; the dtype stays (bool becomes I64). */
    default Tensor sub(long other) {
        return ElementwiseOps.scalar(BinaryKind.SUB, (Tensor) this, other);
    }

    /** Multiplies by another tensor, element by element; shapes broadcast, dtypes promote. */
    default Tensor mul(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.MUL, (Tensor) this, other);
    }

    /** Multiplies by a number; an integral tensor becomes F32. */
    default Tensor mul(double other) {
        return ElementwiseOps.scalar(BinaryKind.MUL, (Tensor) this, other);
    }

    /** Multiplies by a whole number; the dtype stays (bool becomes I64). */
    default Tensor mul(long other) {
        return ElementwiseOps.scalar(BinaryKind.MUL, (Tensor) this, other);
    }

    /** Divides by another tensor; integers divide to F32. */
    default Tensor div(Tensor other) {
        return ElementwiseOps.div((Tensor) this, other);
    }

    /** Divides and rounds; of integers an error where the divisor is 0. */
    default Tensor div(Tensor other, Rounding rounding) {
        return ElementwiseOps.div((Tensor) this, other, rounding);
    }

    /** Divides by a number; integers divide to F32. */
    default Tensor div(double other) {
        return ElementwiseOps.scalar(BinaryKind.DIV, (Tensor) this, other);
    }

    /** Subtracts this from a number: {@code other - this}. */
    default Tensor rsub(double other) {
        return ElementwiseOps.scalarFirst(BinaryKind.SUB, other, (Tensor) this);
    }

    /** Subtracts this from a whole number; the dtype stays. */
    default Tensor rsub(long other) {
        return ElementwiseOps.scalarFirst(BinaryKind.SUB, other, (Tensor) this);
    }

    /** Divides a number by this: {@code other / this}. */
    default Tensor rdiv(double other) {
        return ElementwiseOps.scalarFirst(BinaryKind.DIV, other, (Tensor) this);
    }

    /** Raises to the power of another tensor. */
    default Tensor pow(Tensor exponent) {
        return ElementwiseOps.binary(BinaryKind.POW, (Tensor) this, exponent);
    }

    /** Raises to a power. */
    default Tensor pow(double exponent) {
        return ElementwiseOps.scalar(BinaryKind.POW, (Tensor) this, exponent);
    }

    /** Raises a number to the power of this: {@code base ^ this}. */
    default Tensor rpow(double base) {
        return ElementwiseOps.scalarFirst(BinaryKind.POW, base, (Tensor) this);
    }

    /** Gives the angle of the point (other, this), in (-pi, pi]. */
    default Tensor atan2(Tensor other) {
        return ElementwiseOps.real(BinaryKind.ATAN2, (Tensor) this, other);
    }

    /** Gives {@code sqrt(this^2 + other^2)}. */
    default Tensor hypot(Tensor other) {
        return ((Tensor) this).square().add(other.square()).sqrt();
    }

    /** Gives {@code log(e^this + e^other)} without overflow. */
    default Tensor logAddExp(Tensor other) {
        return ElementwiseOps.logAddExp((Tensor) this, other);
    }

    /** Takes the larger of two, element by element; NaN wins. */
    default Tensor maximum(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.MAXIMUM, (Tensor) this, other);
    }

    /** Takes the smaller of two, element by element; NaN wins. */
    default Tensor minimum(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.MINIMUM, (Tensor) this, other);
    }

    /** Tells where this is equal, as bools. */
    default Tensor eq(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.EQ, (Tensor) this, other);
    }

    /** Tells where this is equal to a number, as bools. */
    default Tensor eq(double other) {
        return ElementwiseOps.scalar(BinaryKind.EQ, (Tensor) this, other);
    }

    /** Tells where this is unequal, as bools. */
    default Tensor ne(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.NE, (Tensor) this, other);
    }

    /** Tells where this is unequal to a number, as bools. */
    default Tensor ne(double other) {
        return ElementwiseOps.scalar(BinaryKind.NE, (Tensor) this, other);
    }

    /** Tells where this is less, as bools. */
    default Tensor lt(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.LT, (Tensor) this, other);
    }

    /** Tells where this is less than a number, as bools. */
    default Tensor lt(double other) {
        return ElementwiseOps.scalar(BinaryKind.LT, (Tensor) this, other);
    }

    /** Tells where this is less or equal, as bools. */
    default Tensor le(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.LE, (Tensor) this, other);
    }

    /** Tells where this is less or equal to a number, as bools. */
    default Tensor le(double other) {
        return ElementwiseOps.scalar(BinaryKind.LE, (Tensor) this, other);
    }

    /** Tells where this is greater, as bools. */
    default Tensor gt(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.GT, (Tensor) this, other);
    }

    /** Tells where this is greater than a number, as bools. */
    default Tensor gt(double other) {
        return ElementwiseOps.scalar(BinaryKind.GT, (Tensor) this, other);
    }

    /** Tells where this is greater or equal, as bools. */
    default Tensor ge(Tensor other) {
        return ElementwiseOps.binary(BinaryKind.GE, (Tensor) this, other);
    }

    /** Tells where this is greater or equal to a number, as bools. */
    default Tensor ge(double other) {
        return ElementwiseOps.scalar(BinaryKind.GE, (Tensor) this, other);
    }

    /** Tells where both are non-zero, as bools. */
    default Tensor logicalAnd(Tensor other) {
        return ElementwiseOps.logical(BinaryKind.LOGICAL_AND, (Tensor) this, other);
    }

    /** Tells where either is non-zero, as bools. */
    default Tensor logicalOr(Tensor other) {
        return ElementwiseOps.logical(BinaryKind.LOGICAL_OR, (Tensor) this, other);
    }

    /** Tells where exactly one is non-zero, as bools. */
    default Tensor logicalXor(Tensor other) {
        return ElementwiseOps.logical(BinaryKind.LOGICAL_XOR, (Tensor) this, other);
    }

    /** Replaces the elements where {@code mask} (bool, broadcast to this) holds. */
    default Tensor maskedFill(Tensor mask, double fill) {
        return ElementwiseOps.maskedFill((Tensor) this, mask, fill);
    }

    /** Moves towards {@code end}: {@code this + weight * (end - this)}. */
    default Tensor lerp(Tensor end, double weight) {
        return ElementwiseOps.lerp((Tensor) this, end, weight);
    }

    /** Moves towards {@code end} by a weight an element: {@code this + weight * (end - this)}. */
    default Tensor lerp(Tensor end, Tensor weight) {
        return ElementwiseOps.lerp((Tensor) this, end, weight);
    }

    /** Adds a product: {@code this + value * a * b}. */
    default Tensor addcmul(Tensor a, Tensor b, double value) {
        return ElementwiseOps.plus((Tensor) this, a.mul(b), value);
    }

    /** Adds a quotient: {@code this + value * a / b}. */
    default Tensor addcdiv(Tensor a, Tensor b, double value) {
        return ElementwiseOps.plus((Tensor) this, a.div(b), value);
    }
}
