package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.testkit.ProcessGroupContract;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract where each two ranks have three connections. */
class SocketsProcessGroupTest extends ProcessGroupContract {
    private final TcpRanks ranks = new TcpRanks();

    @Override
    protected List<ProcessGroup> connect(int size, GroupOptions options) {
        return ranks.connect(size, options, TcpRanks.options().withSockets(3));
    }

    @AfterEach
    void closeEndpoints() {
        ranks.close();
    }
}
