package dev.lockstep.train;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;

/**
 * PowerSGD: {@code powerSGD_hook} with the options of {@code PowerSGDState}. The gradient of a parameter of two axes or
 * more is taken as a matrix M [n, m] of its first axis and all others, and crosses virtual ranks as two thin factors:
 *
 * <pre>
 * M_v = g_v + e_v              of virtual rank v; e_v is what its last step left out
 * P   = orthonormal(sum M_v Q)         [n, r], where Q is that of the last step (warm start)
 * Q   = sum M_v^T P                    [m, r]
 * e_v = M_v - P (M_v^T P)^T,   gradient = P Q^T
 * </pre>
 *
 * (Vogels, Karimireddy, Jaggi: PowerSGD, NeurIPS 2019, algorithms 1 and 2.) What a virtual rank keeps is the residual
 * of its own matrix as in the paper; PyTorch subtracts the mean of all, whose sum over the ranks is the same, and with
 * it every later step up to rounding. Sums are those of the canonical tree. Both sums of a step wait for one another,
 * so nothing of it overlaps with backward. Under {@link Trainer#stepWeighted} the gradients are those of sums, before
 * their division, and so is what is left out.
 *
 * @param matrixApproximationRank r; less where a matrix has a shorter side
 * @param startPowerSgdIter the first step, from 0, that is compressed: gradients of the first steps are hard to
 *     compress
 * @param minCompressionRate a matrix is compressed if (n + m) r times this is less than n m
 * @param useErrorFeedback whether e_v is kept; without it what is left out is lost
 * @param errorReplicas whether a second worker keeps e_v as well, so that the loss of a worker changes no bit; without
 *     it such a loss ends the job. It costs as many bytes a step as the gradients of a worker's virtual ranks have
 * @param warmStart whether Q goes on from step to step; otherwise it is drawn anew
 * @param orthogonalizationEpsilon added to the norm of each column that is divided by it
 * @param randomSeed of the first Q
 */
public record PowerSgd(
        int matrixApproximationRank,
        long startPowerSgdIter,
        double minCompressionRate,
        boolean useErrorFeedback,
        boolean errorReplicas,
        boolean warmStart,
        double orthogonalizationEpsilon,
        long randomSeed)
        implements CommHook {
    private static final PowerSgd DEFAULTS = new PowerSgd(1, 1_000, 2, true, true, true, 0, 0);

    /** Checks the numbers. */
    public PowerSgd {
        if (matrixApproximationRank < 1 || startPowerSgdIter < 0) {
            throw new IllegalArgumentException("PowerSGD: rank " + matrixApproximationRank
                    + " must be at least 1, first step " + startPowerSgdIter + " at least 0");
        }
        if (!(minCompressionRate > 0) || !(orthogonalizationEpsilon >= 0)) {
            throw new IllegalArgumentException("PowerSGD: compression rate " + minCompressionRate
                    + " must be above 0, epsilon " + orthogonalizationEpsilon + " at least 0");
        }
    }

    /** {@return PyTorch's defaults: rank 1 from step 1,000 on, rate 2, error feedback, warm start} */
    static PowerSgd defaults() {
        return DEFAULTS;
    }

    /** {@return these options with another rank} */
    public PowerSgd matrixApproximationRank(int wanted) {
        return new PowerSgd(
                wanted,
                startPowerSgdIter,
                minCompressionRate,
                useErrorFeedback,
                errorReplicas,
                warmStart,
                orthogonalizationEpsilon,
                randomSeed);
    }

    /** {@return these options with another first step} */
    public PowerSgd startPowerSgdIter(long wanted) {
        return new PowerSgd(
                matrixApproximationRank,
                wanted,
                minCompressionRate,
                useErrorFeedback,
                errorReplicas,
                warmStart,
                orthogonalizationEpsilon,
                randomSeed);
    }

    /** {@return these options with another least rate of compression} */
    public PowerSgd minCompressionRate(double wanted) {
        return new PowerSgd(
                matrixApproximationRank,
                startPowerSgdIter,
                wanted,
                useErrorFeedback,
                errorReplicas,
                warmStart,
                orthogonalizationEpsilon,
                randomSeed);
    }

    /** {@return these options with or without error feedback} */
    public PowerSgd useErrorFeedback(boolean wanted) {
        return new PowerSgd(
                matrixApproximationRank,
                startPowerSgdIter,
                minCompressionRate,
                wanted,
                errorReplicas,
                warmStart,
                orthogonalizationEpsilon,
                randomSeed);
    }

    /** {@return these options with or without a second worker that keeps what is left out} */
    public PowerSgd errorReplicas(boolean wanted) {
        return new PowerSgd(
                matrixApproximationRank,
                startPowerSgdIter,
                minCompressionRate,
                useErrorFeedback,
                wanted,
                warmStart,
                orthogonalizationEpsilon,
                randomSeed);
    }

    /** {@return these options with or without a warm start} */
    public PowerSgd warmStart(boolean wanted) {
        return new PowerSgd(
                matrixApproximationRank,
                startPowerSgdIter,
                minCompressionRate,
                useErrorFeedback,
                errorReplicas,
                wanted,
                orthogonalizationEpsilon,
                randomSeed);
    }

    boolean keepsReplicas() {
        return useErrorFeedback && errorReplicas;
    }

    /** {@return the rank to which a gradient is compressed, 0 if it is not} */
    int rankOf(Shape shape, DType dtype) {
        if (shape.rank() < 2 || shape.elements() == 0 || dtype != DType.F32) {
            return 0;
        }
        long rows = shape.size(0);
        long columns = shape.elements() / rows;
        long rank = Math.min(matrixApproximationRank, Math.min(rows, columns));
        return (rows + columns) * rank * minCompressionRate < shape.elements() ? (int) rank : 0;
    }
}
