package dev.lockstep.optim;

import java.util.Arrays;

/**
 * Says by which factor an optimizer's learning rate is multiplied in a step. A function of the step alone, counted from
 * 0, so that a run that is resumed or done again needs no state of it. Any lambda will do; uses {@link StrictMath},
 * whose bits are the same everywhere.
 */
@FunctionalInterface
public interface Schedule {
    /** {@return the factor for a step, counted from 0} */
    double factor(long step);

    /** {@return a schedule that leaves the learning rate as it is} */
    static Schedule constant() {
        return step -> 1;
    }

    /** {@return a schedule that multiplies by {@code gamma} after every {@code size} steps: torch's StepLR} */
    static Schedule stepLr(long size, double gamma) {
        checkSteps("stepLr", size);
        return step -> StrictMath.pow(gamma, Math.floorDiv(step, size));
    }

    /** {@return a schedule that multiplies by {@code gamma} at each of the given steps: torch's MultiStepLR} */
    static Schedule multiStepLr(double gamma, long... milestones) {
        long[] sorted = milestones.clone();
        Arrays.sort(sorted);
        return step -> StrictMath.pow(
                gamma,
                Arrays.stream(sorted).filter(milestone -> milestone <= step).count());
    }

    /** {@return a factor for the first {@code steps} steps, then 1: torch's ConstantLR} */
    static Schedule constant(double factor, long steps) {
        return step -> step < steps ? factor : 1;
    }

    /**
     * {@return half cosines from 1 down to {@code least}, the first over {@code first} steps, each next one
     * {@code longer} times as long: torch's CosineAnnealingWarmRestarts (Loshchilov and Hutter 2017)}
     */
    static Schedule cosineWarmRestarts(long first, int longer, double least) {
        checkSteps("cosineWarmRestarts", first);
        checkSteps("cosineWarmRestarts", longer);
        return step -> {
            long length = first;
            long left = step;
            while (left >= length) {
                left -= length;
                length *= longer;
            }
            return cosine(1, least, left / (double) length);
        };
    }

    /** {@return a schedule that multiplies by {@code gamma} after every step: torch's ExponentialLR} */
    static Schedule exponential(double gamma) {
        return step -> StrictMath.pow(gamma, step);
    }

    /**
     * {@return half a cosine from 1 down to {@code least} over {@code steps} steps, then {@code least}: torch's
     * CosineAnnealingLR, with {@code least} as a factor}
     */
    static Schedule cosineAnnealing(long steps, double least) {
        checkSteps("cosineAnnealing", steps);
        return step -> cosine(1, least, Math.min(step, steps) / (double) steps);
    }

    /**
     * {@return a line from {@code start} to {@code end} over {@code steps} steps, then {@code end}: torch's LinearLR}
     */
    static Schedule linear(double start, double end, long steps) {
        checkSteps("linear", steps);
        return step -> start + (end - start) * Math.min(step, steps) / steps;
    }

    /** {@return a line from {@code 1 / steps} in the first step to 1 in step {@code steps - 1}, then 1} */
    static Schedule warmup(long steps) {
        checkSteps("warmup", steps);
        return step -> Math.min(step + 1, steps) / (double) steps;
    }

    /**
     * {@return torch's OneCycleLR over {@code steps} steps with its defaults; the optimizer's learning rate is the
     * peak}
     */
    static Schedule oneCycle(long steps) {
        return oneCycle(steps, 0.3, 25, 1e4);
    }

    /**
     * {@return a rise to the peak and a longer fall, both half cosines (Smith and Topin 2017): torch's OneCycleLR; the
     * optimizer's learning rate is the peak}
     *
     * @param steps steps in all
     * @param rise share of the steps until the peak
     * @param startDivisor the first factor is 1 divided by it
     * @param endDivisor the last factor is the first one divided by it
     */
    static Schedule oneCycle(long steps, double rise, double startDivisor, double endDivisor) {
        checkSteps("oneCycle", steps);
        double peak = Math.max(rise * steps - 1, 0);
        double fall = Math.max(steps - 1 - peak, 1);
        double start = 1 / startDivisor;
        return step -> step <= peak && peak > 0
                ? cosine(start, 1, step / peak)
                : cosine(1, start / endDivisor, Math.min((step - peak) / fall, 1));
    }

    /**
     * {@return this schedule until step {@code milestone}, then {@code next}, which counts from 0 again: torch's
     * SequentialLR}
     */
    default Schedule then(long milestone, Schedule next) {
        return step -> step < milestone ? factor(step) : next.factor(step - milestone);
    }

    /** {@return the product of two schedules} */
    default Schedule times(Schedule other) {
        return step -> factor(step) * other.factor(step);
    }

    private static double cosine(double from, double to, double share) {
        return to + (from - to) * (1 + StrictMath.cos(Math.PI * share)) / 2;
    }

    private static void checkSteps(String schedule, long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException(schedule + ": " + steps + " steps; at least 1 is needed");
        }
    }
}
