package dev.lockstep.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VirtualRankRuleTest {
    @ParameterizedTest
    @CsvSource({"1,1,1", "63,1,1", "64,1,2", "128,1,4", "512,1,16", "4096,1,16", "64,3,4", "128,8,8", "8,5,8", "128,2,4"
    })
    void leavesThirtyTwoSamplesEachAndRoomForTheWorkers(long batch, int workers, int expected) {
        assertEquals(expected, VirtualRankRule.choose(batch, workers));
    }

    @Test
    void refusesAnEmptyBatch() {
        assertThrows(IllegalArgumentException.class, () -> VirtualRankRule.choose(0, 1));
    }
}
