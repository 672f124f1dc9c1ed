package dev.lockstep.tensor;

/**
 * How the CTC loss counts.
 *
 * @param blank the class that stands for nothing
 * @param reduction the mean divides each loss by its target's length first
 * @param zeroInfinity whether a loss that cannot be met counts as zero
 */
public record CtcOptions(int blank, LossReduction reduction, boolean zeroInfinity) {
    /** torch's defaults: blank 0, mean. */
    public static final CtcOptions DEFAULT = new CtcOptions(0, LossReduction.MEAN, false);

    /** {@return these options with another blank} */
    public CtcOptions blank(int index) {
        return new CtcOptions(index, reduction, zeroInfinity);
    }

    /** {@return these options with another reduction} */
    public CtcOptions reduction(LossReduction other) {
        return new CtcOptions(blank, other, zeroInfinity);
    }

    /** {@return these options with another choice for losses that cannot be met} */
    public CtcOptions zeroInfinity(boolean wanted) {
        return new CtcOptions(blank, reduction, wanted);
    }
}
