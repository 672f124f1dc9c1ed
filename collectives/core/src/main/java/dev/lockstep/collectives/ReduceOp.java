package dev.lockstep.collectives;

/** Says how elements of different ranks become one. Min and max of floats give NaN if any element is NaN. */
public enum ReduceOp {
    SUM,
    /** The sum divided by the number of ranks; floating dtypes only. */
    MEAN,
    MIN,
    MAX,
    PRODUCT
}
