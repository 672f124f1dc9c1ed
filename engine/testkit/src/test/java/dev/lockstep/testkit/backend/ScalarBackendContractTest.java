package dev.lockstep.testkit.backend;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.scalar.ScalarBackend;

final class ScalarBackendContractTest extends BackendContract {
    private static final Backend BACKEND = new ScalarBackend();

    @Override
    protected Backend backend() {
        return BACKEND;
    }
}
