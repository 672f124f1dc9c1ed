package dev.lockstep.layout;

/**
 * Finds the dtype in which two operands of different dtypes meet, by torch's rule: the higher category (bool, integral,
 * floating) wins; within one category an operand with axes wins over a 0-dim one, and that over a plain number; else
 * the wider dtype.
 */
public final class Promotion {
    private Promotion() {}

    /** {@return the common dtype of two operands of equal standing} F16 and BF16 meet in F32; U8 and I8 in I16. */
    public static DType of(DType a, DType b) {
        if (a == b) {
            return a;
        }
        if (a.category() != b.category()) {
            return a.category().compareTo(b.category()) > 0 ? a : b;
        }
        if (a.sizeBytes() != b.sizeBytes()) {
            return a.sizeBytes() > b.sizeBytes() ? a : b;
        }
        return a.isFloating() ? DType.F32 : DType.I16;
    }

    /**
     * {@return the common dtype of two tensors}
     *
     * @param rankA how many axes the first has: a 0-dim operand decides the category only
     * @param rankB how many axes the second has
     */
    public static DType of(DType a, int rankA, DType b, int rankB) {
        if (rankA > 0 == rankB > 0) {
            return of(a, b);
        }
        DType strong = rankA > 0 ? a : b;
        DType weak = rankA > 0 ? b : a;
        return weak.category().compareTo(strong.category()) > 0 ? weak : strong;
    }

    /** {@return the dtype of a tensor of {@code dtype} met by a whole number: bool becomes I64} */
    public static DType withLong(DType dtype) {
        return dtype == DType.BOOL ? DType.I64 : dtype;
    }

    /** {@return the dtype of a tensor of {@code dtype} met by a fractional number: what is not floating becomes F32} */
    public static DType withDouble(DType dtype) {
        return dtype.isFloating() ? dtype : DType.F32;
    }
}
