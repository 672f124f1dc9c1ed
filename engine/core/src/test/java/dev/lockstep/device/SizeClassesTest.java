package dev.lockstep.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeClassesTest {
    @ParameterizedTest
    @CsvSource({"0,64", "1,64", "64,64", "65,128", "256,256", "257,320", "512,512", "513,640", "1024,1024", "1025,1280"
    })
    void takesTheSmallestStepThatHolds(long asked, long given) {
        assertEquals(given, SizeClasses.sizeBytes(SizeClasses.of(asked)));
    }

    @Test
    void classesRiseAndAreMultiplesOf64() {
        for (int i = 0; i < SizeClasses.COUNT; i++) {
            long size = SizeClasses.sizeBytes(i);
            assertEquals(0, size % 64);
            assertEquals(i, SizeClasses.of(size));
            assertTrue(i == 0 || size > SizeClasses.sizeBytes(i - 1));
        }
    }
}
