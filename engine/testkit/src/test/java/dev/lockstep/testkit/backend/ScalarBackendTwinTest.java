package dev.lockstep.testkit.backend;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.scalar.ScalarBackend;

/** Runs the cases themselves; another instance must agree with the first. */
final class ScalarBackendTwinTest extends TwinContract {
    @Override
    protected Backend backend() {
        return new ScalarBackend();
    }
}
