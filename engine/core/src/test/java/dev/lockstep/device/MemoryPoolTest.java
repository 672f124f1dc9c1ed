package dev.lockstep.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.scalar.ArenaMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    private static final long MIB = 1 << 20;

    private final MemoryPool pool = new MemoryPool(new ArenaMemory(Device.CPU), 64 * MIB);

    @Nested
    class Reuse {
        @Test
        void aReturnedBlockIsHandedOutAgain() {
            Storage first = pool.allocate(1000);
            long address = first.address();
            first.release();
            assertEquals(address, pool.allocate(900).address());
        }

        @Test
        void livingStoragesNeverShareMemory() {
            Storage first = pool.allocate(64);
            Storage second = pool.allocate(64);
            assertNotEquals(first.address(), second.address());
        }

        @Test
        void addressesAreMultiplesOf64() {
            for (long size : new long[] {1, 63, 64, 65, 1000, 300_000, 5_000_000}) {
                assertEquals(0, pool.allocate(size).address() % 64);
            }
        }

        @Test
        void aBlockReturnedByAThreadThatEndedServesOthers() throws InterruptedException {
            Thread ended = new Thread(() -> pool.allocate(30 * MIB / 64).release());
            ended.start();
            ended.join();
            long reserved = pool.stats().bytesReserved();
            Thread next = new Thread(() -> pool.allocate(30 * MIB / 64).release());
            next.start();
            next.join();
            assertEquals(reserved, pool.stats().bytesReserved());
        }

        @Test
        void memoryOfSomebodyElseIsNeverHandedOut() {
            MemorySegment memory = Arena.ofAuto().allocate(1000, 64);
            long inUse = pool.stats().bytesInUse();
            Storage adopted = pool.adopt(memory);
            assertEquals(memory, adopted.segment());
            assertTrue(adopted.isExclusive());
            assertEquals(inUse, pool.stats().bytesInUse());
            adopted.release();
            assertThrows(IllegalStateException.class, adopted::segment);
            assertNotEquals(memory.address(), pool.allocate(1000).address());
        }

        @Test
        void theSegmentHasTheSizeAskedFor() {
            assertEquals(1000, pool.allocate(1000).segment().byteSize());
        }
    }

    @Nested
    class Counts {
        @Test
        void theLastReleaseReturnsTheBlock() {
            Storage storage = pool.allocate(128);
            storage.retain();
            storage.release();
            assertEquals(128, pool.stats().bytesInUse());
            storage.release();
            assertEquals(0, pool.stats().bytesInUse());
        }

        @Test
        void useAfterTheLastReleaseIsAnError() {
            Storage storage = pool.allocate(128);
            storage.release();
            assertThrows(IllegalStateException.class, storage::address);
            assertThrows(IllegalStateException.class, storage::retain);
            assertThrows(IllegalStateException.class, storage::release);
        }

        @Test
        void aPermanentStorageIsNotCounted() {
            Storage storage = pool.allocate(128).makePermanent();
            storage.release();
            storage.release();
            assertTrue(storage.address() != 0);
            assertEquals(128, pool.stats().bytesInUse());
        }

        @Test
        void onlyASingleCountedReferenceIsExclusive() {
            Storage storage = pool.allocate(128);
            assertTrue(storage.isExclusive());
            storage.retain();
            assertTrue(!storage.isExclusive());
        }

        @Test
        void allocationsOfAllThreadsAreCounted() throws InterruptedException {
            Thread other = new Thread(() -> pool.allocate(64).release());
            other.start();
            other.join();
            pool.allocate(64).release();
            assertEquals(2, pool.stats().allocations());
            assertEquals(0, pool.stats().bytesInUse());
        }
    }

    @Nested
    class SafetyNet {
        @Test
        void forgottenStoragesAreReclaimedUnderPressureAndCounted() {
            for (int i = 0; i < 40; i++) {
                pool.allocate(16 * MIB);
            }
            assertTrue(
                    pool.stats().reclaimedByGc() >= 36,
                    "reclaimed " + pool.stats().reclaimedByGc());
            assertEquals(0, pool.stats().permanentReclaimed());
        }

        @Test
        void permanentStoragesAreCountedApart() {
            for (int i = 0; i < 10; i++) {
                pool.allocate(16 * MIB).makePermanent();
            }
            assertEquals(0, pool.stats().reclaimedByGc());
            assertTrue(pool.stats().permanentReclaimed() >= 6);
        }
    }

    @Nested
    class Pressure {
        @Test
        void cachedBlocksOfOtherSizesMakeRoom() {
            pool.allocate(48 * MIB).release();
            Storage other = pool.allocate(32 * MIB);
            assertTrue(pool.stats().bytesReserved() <= 64 * MIB);
            assertTrue(other.address() != 0);
        }

        @Test
        void whatDoesNotFitIsAnErrorThatListsWhoHasTheMemory() {
            pool.recordAllocations(() -> "encoder.layers.3");
            Storage held = pool.allocate(48 * MIB);
            TensorMemoryError error = assertThrows(TensorMemoryError.class, () -> pool.allocate(32 * MIB));
            assertTrue(error.getMessage().contains("32.0 MiB asked for"), error.getMessage());
            assertTrue(error.getMessage().contains("48.0 MiB in 1 blocks of encoder.layers.3"), error.getMessage());
            held.release();
            assertTrue(pool.allocate(32 * MIB).address() != 0);
        }
    }

    @Test
    void threadsThatAllocateAndReleaseForOneAnotherLoseNothing() throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<List<Storage>>> made = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int seed = thread;
                made.add(threads.submit(() -> churn(seed)));
            }
            for (Future<List<Storage>> some : made) {
                some.get().forEach(Storage::release);
            }
        }
        assertEquals(0, pool.stats().bytesInUse());
        assertEquals(0, pool.stats().reclaimedByGc());
    }

    private List<Storage> churn(int seed) {
        List<Storage> held = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            held.add(pool.allocate((i * 37L + seed) % 5000));
            if (held.size() > 50) {
                held.remove((i * 31) % held.size()).release();
            }
        }
        return held;
    }
}
