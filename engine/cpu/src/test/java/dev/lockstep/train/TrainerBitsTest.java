package dev.lockstep.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.lockstep.device.Device;
import dev.lockstep.testkit.ToyJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The promise, within one process: the digest depends on V and the seed, not on the threads. */
class TrainerBitsTest {
    private static Job job(int virtualRanks, int threads, long seed) {
        return Job.alone(new Job.Settings(virtualRanks, 1, threads, seed, Device.CPU, 10));
    }

    @ParameterizedTest
    @EnumSource(ToyJob.class)
    void threadsDoNotChangeABit(ToyJob toy) {
        String one = toy.prepare(job(8, 1, 0)).train();
        assertEquals(one, toy.prepare(job(8, 2, 0)).train());
        assertEquals(one, toy.prepare(job(8, 3, 0)).train());
    }

    @ParameterizedTest
    @EnumSource(ToyJob.class)
    void threadsOfTheLoaderDoNotChangeABit(ToyJob toy) {
        String plain = toy.prepare(job(8, 2, 0)).train();
        assertEquals(plain, toy.prepare(job(8, 2, 0)).workers(1).train());
        assertEquals(plain, toy.prepare(job(8, 2, 0)).workers(3).train());
    }

    @ParameterizedTest
    @EnumSource(ToyJob.class)
    void aRunAgainGivesTheSameBits(ToyJob toy) {
        assertEquals(
                toy.prepare(job(3, 2, 0)).train(), toy.prepare(job(3, 2, 0)).train());
    }

    @Test
    void theSeedReachesDropout() {
        assertNotEquals(
                ToyJob.CONVNET.prepare(job(4, 1, 0)).train(),
                ToyJob.CONVNET.prepare(job(4, 1, 1)).train());
    }
}
