package dev.lockstep.collectives.aeron;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.testkit.ProcessGroupContract;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract where all ranks share a driver and talk by its memory. */
class AeronSharingProcessGroupTest extends ProcessGroupContract {
    private static AeronRanks ranks;

    @BeforeAll
    static void open() {
        ranks = AeronRanks.sharing(1);
    }

    @Override
    protected List<ProcessGroup> connect(int size, GroupOptions options) {
        return ranks.connect(size, options);
    }

    @AfterAll
    static void closeEndpoints() {
        ranks.close();
    }
}
