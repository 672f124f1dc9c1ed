package dev.lockstep.testkit.backend;

import dev.lockstep.backend.BackendProvider;
import dev.lockstep.backend.scalar.ScalarBackendProvider;

final class ScalarBackendBitsTest extends BitsContract {
    @Override
    protected BackendProvider provider() {
        return new ScalarBackendProvider();
    }
}
