package dev.lockstep.backend.cpu;

import dev.lockstep.backend.Backend;
import dev.lockstep.device.Device;
import dev.lockstep.testkit.backend.BackendContract;

final class CpuBackendContractTest extends BackendContract {
    private static final Backend BACKEND = new CpuBackendProvider().open(Device.CPU);

    @Override
    protected Backend backend() {
        return BACKEND;
    }
}
