package dev.lockstep.backend.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * GELU in f32 against that in f64, which has another formula; in the tail against tables of the normal distribution.
 */
class GeluTest {
    private static final float STEP = 1f / 4096;

    @Test
    void theErrorIsAsStated() {
        for (float x = -5; x <= 14; x += STEP) {
            double exact = DoubleMath.gelu(x);
            double error = Math.abs(ScalarMath.gelu(x) - exact);
            assertTrue(error <= 1.2e-6 * Math.abs(exact), "gelu(" + x + ") is off by " + error + " of " + exact);
        }
    }

    @Test
    void theSlopesErrorIsThatOfItsParts() {
        for (float x = -14; x <= 14; x += STEP) {
            double error = Math.abs(ScalarMath.geluGrad(x, 1) - DoubleMath.geluGrad(x, 1));
            assertTrue(error <= 2.5e-7, "the slope at " + x + " is off by " + error);
        }
    }

    @ParameterizedTest
    @CsvSource({"-8, -4.976768459417392e-15", "-10, -7.61985302416047e-23", "-12, -2.1317785344931838e-32"})
    void theTailKeepsItsDigits(float x, double exact) {
        assertEquals(1, ScalarMath.gelu(x) / exact, 4e-6);
    }

    @Test
    void edgesAreThoseOfTheFormula() {
        assertEquals(0f, ScalarMath.gelu(0f));
        assertEquals(-0f, ScalarMath.gelu(-0f));
        assertEquals(Float.POSITIVE_INFINITY, ScalarMath.gelu(Float.POSITIVE_INFINITY));
        assertEquals(Float.NaN, ScalarMath.gelu(Float.NEGATIVE_INFINITY));
        assertEquals(Float.NaN, ScalarMath.gelu(Float.NaN));
        assertEquals(Float.NaN, ScalarMath.geluGrad(Float.NaN, 1));
    }
}
