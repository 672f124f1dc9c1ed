package dev.lockstep.backend.op;

/** Normalisations, forward and backward, each one kernel. */
public sealed interface Normalization extends Op {
    /**
     * Layer norm over the last {@code axes} axes: (x, weight, bias), both of the shape of those axes, to (y, mean,
     * rstd), the latter with one element a row.
     */
    record LayerNorm(int axes, double eps) implements Normalization {}

    /** Gradient of {@link LayerNorm}: (g, x, weight, mean, rstd) to (dx, dweight, dbias). */
    record LayerNormGrad(int axes) implements Normalization {}

    /**
     * Batch norm with the batch's own statistics over all axes but 1: (x [N, C, ...], weight [C], bias [C]) to (y, mean
     * [C], variance [C] biased, rstd [C]).
     */
    record BatchNorm(double eps) implements Normalization {}

    /**
     * The statistics of {@link BatchNorm} alone: (x [N, C, ...]) to (mean [C], variance [C] biased, rstd [C]). Made
     * below autograd; a graph never has one.
     */
    record BatchStatistics(double eps) implements Normalization {}

    /** Gradient of {@link BatchNorm}: (g, x, weight, mean, rstd) to (dx, dweight, dbias). */
    record BatchNormGrad() implements Normalization {}
}
