package dev.lockstep.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VirtualRankThreadsTest {
    @Test
    void runsEachRankOnce() {
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        try (var threads = new VirtualRankThreads(3)) {
            threads.run(IntStream.range(0, 100).boxed().toList(), rank -> assertEquals(true, seen.add(rank)));
        }
        assertEquals(100, seen.size());
    }

    @Test
    void runsRanksOnSeveralThreadsAtATime() {
        CountDownLatch both = new CountDownLatch(2);
        try (var threads = new VirtualRankThreads(2)) {
            threads.run(List.of(0, 1), rank -> {
                both.countDown();
                assertEquals(true, awaitBoth(both));
            });
        }
    }

    private static boolean awaitBoth(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void throwsTheFailureOfTheLowestRank() {
        try (var threads = new VirtualRankThreads(1)) {
            var error = assertThrows(
                    IllegalStateException.class,
                    () -> threads.run(List.of(4, 5), rank -> {
                        throw new IllegalStateException("rank " + rank);
                    }));
            assertEquals("rank 4", error.getMessage());
        }
    }

    @Test
    void runsNothingForNoRanks() {
        try (var threads = new VirtualRankThreads(2)) {
            threads.run(List.of(), rank -> {
                throw new AssertionError("no rank was given");
            });
        }
    }
}
