package dev.lockstep.collectives.netty;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.Work;
import dev.lockstep.collectives.testkit.Data;
import dev.lockstep.collectives.testkit.Ranks;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the threads of all ranks leave on the heap: objects a message and a chunk, but no bytes of tensors. */
class TcpAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long MESSAGE_BYTES = 8 << 20;
    private static final int MESSAGES = 20;

    private final TcpRanks ranks = new TcpRanks();

    @AfterEach
    void closeEndpoints() {
        ranks.close();
    }

    private static void exchange(ProcessGroup group, MemorySegment mine, MemorySegment theirs) {
        for (int i = 0; i < MESSAGES; i++) {
            Work received = group.receive(theirs, 1 - group.rank(), 0);
            group.send(mine, 1 - group.rank(), 0).await(TcpRanks.BOUND);
            received.await(TcpRanks.BOUND);
        }
    }

    @Test
    void noBytesOfTensorsAreCopiedOnTheHeap() {
        assertAllocatesAtMost(MESSAGE_BYTES / 16, TcpRanks.options());
        assertAllocatesAtMost(MESSAGE_BYTES / 16, TcpRanks.options().withSockets(4));
    }

    /** The JDK's TLS makes objects for each record of 16 KiB, and here new keys for each MiB. */
    @Test
    void tlsTakesAFigureOfItsOwn() {
        TlsIdentity tls = Certificates.identity(Certificates.MEMBER, Certificates.AUTHORITY);
        assertAllocatesAtMost(MESSAGE_BYTES, TcpRanks.options().withTls(tls));
    }

    private void assertAllocatesAtMost(long limit, TcpOptions options) {
        List<ProcessGroup> groups = ranks.connect(2, GroupOptions.defaults().withTimeout(TcpRanks.BOUND), options);
        Ranks.run(groups, group -> {
            MemorySegment mine = Data.room(MESSAGE_BYTES);
            MemorySegment theirs = Data.room(MESSAGE_BYTES);
            exchange(group, mine, theirs);
            long before = THREADS.getTotalThreadAllocatedBytes();
            exchange(group, mine, theirs);
            long each = (THREADS.getTotalThreadAllocatedBytes() - before) / MESSAGES;
            assertTrue(each < limit, each + " bytes on the heap for a message of " + MESSAGE_BYTES);
            return true;
        });
        groups.forEach(ProcessGroup::close);
    }
}
