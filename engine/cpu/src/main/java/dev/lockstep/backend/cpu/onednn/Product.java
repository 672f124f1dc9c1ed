package dev.lockstep.backend.cpu.onednn;

/**
 * One matrix product as oneDNN sees it: {@code [batch, m, k] x [batch, k, n]}, strides in elements, one of the two
 * inner strides of each operand being 1. The result is C order. The key of its plan.
 *
 * @param batch how many products
 * @param left strides of the left operand
 * @param right strides of the right operand; a batch stride of 0 shares it
 * @param hasBias whether {@code [n]} is added to each row
 * @param adds whether the product is added to what stands in the result's place
 */
record Product(long batch, long m, long k, long n, Strides left, Strides right, boolean hasBias, boolean adds) {
    /** Strides of one operand. */
    record Strides(long batch, long row, long column) {
        /** Strides of matrices in C order, one after the other. */
        static Strides plain(long rows, long columns) {
            return new Strides(rows * columns, columns, 1);
        }

        /** {@return whether oneDNN takes a matrix of this size with these strides} */
        boolean fits(long rows, long columns) {
            return batch >= 0 && ((column == 1 && row >= columns) || (row == 1 && column >= rows));
        }
    }

    /**
     * Merges the batch into the rows where the right operand is shared and the left one's rows go on without a gap, so
     * that a product has the same form whether its rows come as one matrix or as many.
     */
    Product folded() {
        boolean goesOn = left.column() == 1 && (left.batch() == m * left.row() || batch == 1);
        if (right.batch() != 0 || !goesOn) {
            return this;
        }
        return new Product(1, batch * m, k, n, new Strides(0, left.row(), 1), right, hasBias, adds);
    }

    /** {@return this product with a left operand in C order of two rows: the second is padding} */
    Product paddedToTwoRows() {
        return new Product(batch, 2, k, n, Strides.plain(2, k), right, hasBias, adds);
    }
}
