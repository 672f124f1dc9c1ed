package dev.lockstep.collectives.testkit;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.collectives.transport.Transport;
import java.util.List;
import org.junit.jupiter.api.Nested;

class InProcessContractTest {
    private static List<ProcessGroup> threads(int size, GroupOptions options) {
        return groups(InProcessTransport.connect(size, 1), options);
    }

    private static List<ProcessGroup> sharing(int size, GroupOptions options) {
        return groups(InProcessTransport.connectShared(size, 1, System::nanoTime), options);
    }

    private static List<ProcessGroup> groups(List<Transport> transports, GroupOptions options) {
        return transports.stream()
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

    @Nested
    class ComputesInSharedMemory extends ProcessGroupContract {
        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            return sharing(size, options);
        }
    }

    @Nested
    class FailsInSharedMemory extends ProcessGroupFailureContract {
        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            return sharing(size, options);
        }
    }
}
