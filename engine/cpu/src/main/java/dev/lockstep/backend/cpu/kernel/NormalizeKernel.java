package dev.lockstep.backend.cpu.kernel;

/** Normalises consecutive floats by numbers of their channels. */
@FunctionalInterface
interface NormalizeKernel {
    /**
     * Writes f(fma((x - mean) rstd, weight, bias), residual) for each float.
     *
     * @param x the floats
     * @param residual as many more, for functions that look at them
     * @param channels streams of the means, rstds, weights and biases, in this order
     * @param y where the result goes, none of the above
     * @param count how many floats, at most the length of a stream
     */
    void run(long x, long residual, Channels channels, long y, long count);
}
