package dev.lockstep.collectives.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.Work;
import dev.lockstep.collectives.testkit.Data;
import dev.lockstep.collectives.testkit.Ranks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys change while messages of both directions are under way: here with each MiB, see {@link Certificates}. */
class TlsKeysTest {
    private static final int WORDS = 3 << 20;

    private final TcpRanks ranks = new TcpRanks();

    @AfterEach
    void closeEndpoints() {
        ranks.close();
    }

    @Test
    void messagesComeWholeWhileKeysChange() {
        TlsIdentity tls = Certificates.identity(Certificates.MEMBER, Certificates.AUTHORITY);
        List<ProcessGroup> groups = ranks.connect(
                2,
                GroupOptions.defaults().withTimeout(TcpRanks.BOUND),
                TcpRanks.options().withTls(tls));
        Ranks.run(groups, group -> {
            MemorySegment mine = Data.room(4L * WORDS);
            MemorySegment theirs = Data.room(4L * WORDS);
            for (int i = 0; i < WORDS; i++) {
                mine.setAtIndex(ValueLayout.JAVA_INT, i, i * 31 + group.rank());
            }
            Work sent = group.send(mine, 1 - group.rank(), 0);
            group.receive(theirs, 1 - group.rank(), 0).await(TcpRanks.BOUND);
            sent.await(TcpRanks.BOUND);
            for (int i = 0; i < WORDS; i++) {
                assertEquals(i * 31 + 1 - group.rank(), theirs.getAtIndex(ValueLayout.JAVA_INT, i));
            }
            return true;
        });
        groups.forEach(ProcessGroup::close);
    }
}
