package dev.lockstep.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static void assertFactors(Schedule schedule, double... expected) {
        double[] actual = LongStream.range(0, expected.length)
                .mapToDouble(schedule::factor)
                .toArray();
        assertArrayEquals(expected, actual, 1e-12);
    }

    @Test
    void constantIsOne() {
        assertFactors(Schedule.constant(), 1, 1);
    }

    @Test
    void stepLrFallsAfterEverySizeSteps() {
        assertFactors(Schedule.stepLr(2, 0.1), 1, 1, 0.1, 0.1, 0.01);
    }

    @Test
    void exponentialFallsAfterEveryStep() {
        assertFactors(Schedule.exponential(0.5), 1, 0.5, 0.25);
    }

    /** At a third of the way cos(pi / 3) = 1/2, at two thirds -1/2. */
    @Test
    void cosineGoesDownAndStays() {
        assertFactors(Schedule.cosineAnnealing(3, 0), 1, 0.75, 0.25, 0, 0, 0);
        assertFactors(Schedule.cosineAnnealing(3, 0.2), 1, 0.8, 0.4, 0.2, 0.2);
    }

    @Test
    void linearGoesAlongALineAndStays() {
        assertFactors(Schedule.linear(0.5, 1, 4), 0.5, 0.625, 0.75, 0.875, 1, 1);
    }

    @Test
    void warmupReachesOneInItsLastStep() {
        assertFactors(Schedule.warmup(4), 0.25, 0.5, 0.75, 1, 1);
    }

    /** 10 steps, rise 0.3: the peak is step 2, halfway up the cosine is step 1. */
    @Test
    void oneCycleRisesToThePeakAndFallsBelowTheStart() {
        Schedule cycle = Schedule.oneCycle(10, 0.3, 25, 1e4);
        assertEquals(1 / 25.0, cycle.factor(0), 1e-12);
        assertEquals((1 + 1 / 25.0) / 2, cycle.factor(1), 1e-12);
        assertEquals(1, cycle.factor(2), 1e-12);
        assertEquals(1 / 25e4, cycle.factor(9), 1e-12);
        assertEquals(1 / 25e4, cycle.factor(100), 1e-12);
    }

    @Test
    void oneCycleOfOneStepIsDefined() {
        assertEquals(1, Schedule.oneCycle(1).factor(0), 1e-12);
    }

    @Test
    void thenCountsFromZeroAgain() {
        assertFactors(Schedule.warmup(2).then(2, Schedule.exponential(0.5)), 0.5, 1, 1, 0.5, 0.25);
    }

    @Test
    void timesMultiplies() {
        assertFactors(Schedule.warmup(2).times(Schedule.exponential(0.5)), 0.5, 0.5, 0.25);
    }

    @Test
    void rejectsNoSteps() {
        assertThrows(IllegalArgumentException.class, () -> Schedule.cosineAnnealing(0, 0));
        assertThrows(IllegalArgumentException.class, () -> Schedule.stepLr(0, 0.1));
    }
}
