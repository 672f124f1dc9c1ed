package dev.lockstep.collectives.testkit;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class SharedMemoryContractTest {
    @Nested
    class Computes extends ProcessGroupContract {
        @TempDir
        private Path folder;

        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            return SharedRanks.connect(folder, size, options);
        }
    }

    @Nested
    class Fails extends ProcessGroupFailureContract {
        @TempDir
        private Path folder;

        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            return SharedRanks.connect(folder, size, options);
        }
    }
}
