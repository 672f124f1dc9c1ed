package dev.lockstep.backend.cpu;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendProvider;
import dev.lockstep.backend.cpu.onednn.OneDnn;
import dev.lockstep.backend.fusion.FusingBackend;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;

/** Offers {@link CpuBackend} under fusion for the host's processor, above the scalar backend. */
public final class CpuBackendProvider implements BackendProvider {
    private static final int PRIORITY = 100;

    /** Made by {@link java.util.ServiceLoader}. */
    public CpuBackendProvider() {}

    @Override
    public Device.Type deviceType() {
        return Device.Type.CPU;
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public Backend open(Device device) {
        if (!device.equals(Device.CPU)) {
            throw new IllegalStateException(
                    "cpu: looked for " + device + ", but the host's processor is one device, " + Device.CPU);
        }
        OneDnn.open();
        return new FusingBackend(new CpuBackend(new MemoryPool(new HostMemory())));
    }
}
