package dev.lockstep.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeThreadsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void callsTheBodyOnceForEachNumber(int count) {
        try (var threads = new ComputeThreads(count)) {
            for (int round = 0; round < 200; round++) {
                var calls = new AtomicIntegerArray(round);
                threads.run(round, calls::getAndIncrement);
                for (int i = 0; i < round; i++) {
                    assertEquals(1, calls.get(i));
                }
            }
        }
    }

    @Test
    void runsSeveralCallsAtATime() {
        CountDownLatch both = new CountDownLatch(2);
        try (var threads = new ComputeThreads(2)) {
            threads.run(2, i -> meet(both));
        }
    }

    @Test
    void aLoopInsideOfALoopIsRunByThreadsThatHaveNothingElseToDo() {
        CountDownLatch both = new CountDownLatch(2);
        Set<Thread> inside = ConcurrentHashMap.newKeySet();
        try (var threads = new ComputeThreads(2)) {
            threads.run(2, outer -> {
                if (outer == 1) {
                    threads.run(2, inner -> {
                        inside.add(Thread.currentThread());
                        meet(both);
                    });
                }
            });
        }
        assertEquals(2, inside.size());
    }

    @Test
    void loopsInsideOfAllCallsOfALoopEnd() {
        int[] sums = new int[16];
        try (var threads = new ComputeThreads(3)) {
            threads.run(16, outer -> {
                int[] parts = new int[50];
                threads.run(50, inner -> parts[inner] = outer * inner);
                sums[outer] = Arrays.stream(parts).sum();
            });
        }
        int[] expected = new int[16];
        Arrays.setAll(expected, i -> i * 1225);
        assertArrayEquals(expected, sums);
    }

    /** Waits until two threads have come here. */
    private static void meet(CountDownLatch both) {
        both.countDown();
        try {
            assertTrue(both.await(30, TimeUnit.SECONDS), "another thread takes part");
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void throwsTheFailureOfTheLowestNumberAndStartsNoFurtherCall(int count) {
        Set<Integer> started = ConcurrentHashMap.newKeySet();
        try (var threads = new ComputeThreads(count)) {
            var error = assertThrows(
                    IllegalStateException.class,
                    () -> threads.run(1000, i -> {
                        started.add(i);
                        throw new IllegalStateException("number " + i);
                    }));
            assertEquals("number 0", error.getMessage());
            assertTrue(started.size() < 1000, "started " + started);
        }
    }

    @Test
    void anInterruptedCallerStillWaitsForAllAndStaysInterrupted() {
        CountDownLatch both = new CountDownLatch(2);
        try (var threads = new ComputeThreads(2)) {
            Thread.currentThread().interrupt();
            threads.run(2, i -> {
                boolean interrupted = Thread.interrupted();
                meet(both);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            });
            assertTrue(Thread.interrupted(), "the interruption is kept");
        }
    }

    @Test
    void runsNothingForNoCalls() {
        try (var threads = new ComputeThreads(2)) {
            threads.run(0, i -> {
                throw new AssertionError("no call was asked for");
            });
        }
    }

    @Test
    void refusesLessThanOneThread() {
        assertEquals(
                "threads: 0 is less than 1",
                assertThrows(IllegalArgumentException.class, () -> new ComputeThreads(0))
                        .getMessage());
    }
}
