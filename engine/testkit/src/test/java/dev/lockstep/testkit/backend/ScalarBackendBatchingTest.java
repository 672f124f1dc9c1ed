package dev.lockstep.testkit.backend;

import dev.lockstep.backend.BackendProvider;
import dev.lockstep.backend.scalar.ScalarBackendProvider;

final class ScalarBackendBatchingTest extends BatchingContract {
    @Override
    protected BackendProvider provider() {
        return new ScalarBackendProvider();
    }
}
