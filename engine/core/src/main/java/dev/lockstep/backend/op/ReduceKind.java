package dev.lockstep.backend.op;

/** The reductions. Sums have one fixed order, whatever runs them. */
public enum ReduceKind {
    SUM,
    MEAN,
    PROD,
    AMAX,
    AMIN,
    ANY,
    ALL
}
