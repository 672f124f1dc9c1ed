package dev.lockstep.backend.cpu;

import dev.lockstep.backend.BackendProvider;
import dev.lockstep.testkit.backend.BitsContract;

final class CpuBackendBitsTest extends BitsContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }
}
