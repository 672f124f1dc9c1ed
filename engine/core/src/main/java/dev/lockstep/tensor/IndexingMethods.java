package dev.lockstep.tensor;

/**
 * The methods of {@link Tensor} that read and write by index (I64). An index out of range is an error that names it.
 */
public sealed interface IndexingMethods permits Tensor {
    /** Takes whole slices along an axis by index [K]. */
    default Tensor indexSelect(int axis, Tensor index) {
        return ShapingOps.indexSelect((Tensor) this, axis, index);
    }

    /** Takes single elements along an axis: a tensor of the index's shape. */
    default Tensor gather(int axis, Tensor index) {
        return ShapingOps.gather((Tensor) this, axis, index);
    }

    /** Takes elements of the flattened tensor: a tensor of the index's shape. Negative indexes count from the end. */
    default Tensor take(Tensor index) {
        return IndexingOps.take((Tensor) this, index);
    }

    /** Writes elements of {@code source} along an axis where the index says; of several for one place the last. */
    default Tensor scatter(int axis, Tensor index, Tensor source) {
        return IndexingOps.scatter((Tensor) this, axis, index, source);
    }

    /** Writes a number along an axis where the index says. */
    default Tensor scatter(int axis, Tensor index, double number) {
        return IndexingOps.scatter((Tensor) this, axis, index, Tensors.full(number, ((Tensor) this).dtype()));
    }

    /** Adds elements of {@code source} along an axis where the index says. */
    default Tensor scatterAdd(int axis, Tensor index, Tensor source) {
        return IndexingOps.scatterAdd((Tensor) this, axis, index, source);
    }

    /** Adds {@code alpha} times the slices of {@code source} to those of an axis that index [K] names. */
    default Tensor indexAdd(int axis, Tensor index, Tensor source, double alpha) {
        return IndexingOps.indexAdd((Tensor) this, axis, index, source, alpha);
    }

    /** Overwrites slices of an axis, which index [K] names. */
    default Tensor indexCopy(int axis, Tensor index, Tensor source) {
        return IndexingOps.indexCopy((Tensor) this, axis, index, source);
    }

    /** Fills slices of an axis, which index [K] names, with a number. */
    default Tensor indexFill(int axis, Tensor index, double number) {
        return IndexingOps.indexCopy((Tensor) this, axis, index, Tensors.full(number, ((Tensor) this).dtype()));
    }

    /**
     * Writes values where several indexes together point, one an axis from the first on; they broadcast, and so do the
     * values. With {@code accumulate} it adds.
     */
    default Tensor indexPut(Tensor[] indexes, Tensor values, boolean accumulate) {
        return IndexingOps.indexPut((Tensor) this, indexes, values, accumulate);
    }

    /** Takes the elements where a mask, broadcast with this, holds: [count], in C order. Waits for the mask. */
    default Tensor maskedSelect(Tensor mask) {
        return IndexingOps.maskedSelect((Tensor) this, mask);
    }

    /** Writes the first elements of {@code source} one after the other where the mask holds. Waits for the mask. */
    default Tensor maskedScatter(Tensor mask, Tensor source) {
        return IndexingOps.maskedScatter((Tensor) this, mask, source);
    }

    /** Finds the elements that are not zero: their indexes, [count, rank], in C order. Waits for the elements. */
    default Tensor nonzero() {
        return IndexingOps.nonzero((Tensor) this);
    }

    /** Sees or takes a part: {@code x.get(at(0), all(), range(1, 3))}; see {@link Index}. */
    default Tensor get(Index... indexes) {
        return Index.get((Tensor) this, indexes);
    }

    /** Writes a tensor, broadcast, into a part: {@code x.set(value, at(0), all())}. Returns this. */
    default Tensor set(Tensor value, Index... indexes) {
        return Index.set((Tensor) this, value, indexes);
    }

    /** Writes a number into a part. Returns this. */
    default Tensor set(double value, Index... indexes) {
        return Index.set((Tensor) this, Tensors.full(value, ((Tensor) this).dtype()), indexes);
    }

    /** Sees a part by a Python slice: {@code x.slice("0, :, 1:3, ..., None")}. */
    default Tensor slice(String python) {
        return Index.get((Tensor) this, Index.parse(python));
    }
}
