package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a small call over shared memory leaves for the collector: its {@code Work}, which the caller may keep. */
class SharedMemoryGarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 2_000;
    private static final int WARM_CALLS = 200; // Method handles are linked by then.
    private static final int ROUNDS = 5;
    private static final long WORK_BYTES = 64;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"2, 4, SUM", "2, 4096, MAX", "3, 1024, SUM", "4, 8, MEAN"})
    void isOneObject(int size, long sizeBytes, ReduceOp op) {
        List<ProcessGroup> groups = SharedRanks.connect(folder, size, GroupOptions.defaults());
        List<Long> garbage = Ranks.run(groups, group -> {
            MemorySegment in = Data.room(sizeBytes);
            MemorySegment out = Data.room(sizeBytes);
            return leastGarbage(() -> group.allReduce(in, out, DType.F32, op).await(group.timeout()));
        });
        garbage.forEach(bytes -> assertTrue(bytes <= WORK_BYTES, garbage + " bytes a call"));
        groups.forEach(ProcessGroup::close);
    }

    @ParameterizedTest
    @CsvSource({"2", "4"})
    void ofABarrierToo(int size) {
        List<ProcessGroup> groups = SharedRanks.connect(folder, size, GroupOptions.defaults());
        List<Long> garbage =
                Ranks.run(groups, group -> leastGarbage(() -> group.barrier().await(group.timeout())));
        garbage.forEach(bytes -> assertTrue(bytes <= WORK_BYTES, garbage + " bytes a call"));
        groups.forEach(ProcessGroup::close);
    }

    /** {@return the bytes of a call in the best of some rounds: waiting for a lock may make an object now and then} */
    private static long leastGarbage(Runnable call) {
        repeat(WARM_CALLS, call);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            repeat(CALLS, call);
            least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS);
        }
        return least;
    }

    private static void repeat(int times, Runnable call) {
        for (int i = 0; i < times; i++) {
            call.run();
        }
    }
}
