package dev.lockstep.backend;

import dev.lockstep.device.Device;
import java.util.Comparator;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** Finds the backend of a device and opens it once a process. Thread-safe. */
public final class Backends {
    private static final Map<Device, Backend> OPEN = new ConcurrentHashMap<>();

    private Backends() {}

    /**
     * {@return the backend of a device: what {@link #use} named, else what the device's provider of highest priority
     * opens}
     *
     * @throws IllegalStateException if no provider for such devices is on the class path, or the device is not there
     */
    public static Backend of(Device device) {
        Backend open = OPEN.get(device);
        return open != null ? open : OPEN.computeIfAbsent(device, Backends::open);
    }

    /** Makes {@code backend} the one of its device from now on. For tests and for wrapping in decorators at start. */
    public static void use(Backend backend) {
        OPEN.put(backend.device(), backend);
    }

    private static Backend open(Device device) {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.deviceType() == device.type())
                .max(Comparator.comparingInt(BackendProvider::priority))
                .orElseThrow(() -> new IllegalStateException("there is no backend for " + device
                        + ": put the engine module for " + device.type() + " devices on the class path"))
                .open(device);
    }
}
