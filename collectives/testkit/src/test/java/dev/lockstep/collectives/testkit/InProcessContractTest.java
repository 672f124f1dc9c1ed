package dev.lockstep.collectives.testkit;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.transport.InProcessTransport;
import java.util.List;
import org.junit.jupiter.api.Nested;

class InProcessContractTest {
    private static List<ProcessGroup> threads(int size, GroupOptions options) {
        return InProcessTransport.connect(size, 1).stream()
                .<ProcessGroup>map(transport -> new TransportProcessGroup(transport, options))
                .toList();
    }

    @Nested
    class Computes extends ProcessGroupContract {
        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            return threads(size, options);
        }
    }

    @Nested
    class Fails extends ProcessGroupFailureContract {
        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            return threads(size, options);
        }
    }
}
