package dev.lockstep.backend.cpu;

import dev.lockstep.backend.BackendProvider;
import dev.lockstep.testkit.backend.BatchingContract;

final class CpuBackendBatchingTest extends BatchingContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }
}
