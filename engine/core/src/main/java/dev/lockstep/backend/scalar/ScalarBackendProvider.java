package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendProvider;
import dev.lockstep.device.Device;

/** Offers the scalar backend for the CPU, below every other. */
public final class ScalarBackendProvider implements BackendProvider {
    /** Made by {@link java.util.ServiceLoader}. */
    public ScalarBackendProvider() {}

    @Override
    public Device.Type deviceType() {
        return Device.Type.CPU;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Backend open(Device device) {
        return new ScalarBackend();
    }
}
