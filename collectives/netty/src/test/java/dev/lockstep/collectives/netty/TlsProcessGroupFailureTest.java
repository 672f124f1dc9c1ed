package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.testkit.ProcessGroupFailureContract;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class TlsProcessGroupFailureTest extends ProcessGroupFailureContract {
    private static final TlsIdentity TLS = Certificates.identity(Certificates.MEMBER, Certificates.AUTHORITY);

    private final TcpRanks ranks = new TcpRanks();

    @Override
    protected List<ProcessGroup> connect(int size, GroupOptions options) {
        return ranks.connect(size, options, TcpRanks.options().withTls(TLS));
    }

    @AfterEach
    void closeEndpoints() {
        ranks.close();
    }
}
