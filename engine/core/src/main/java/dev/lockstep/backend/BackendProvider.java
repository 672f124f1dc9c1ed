package dev.lockstep.backend;

import dev.lockstep.device.Device;

/** Offers backends for a kind of device. Found by {@link java.util.ServiceLoader}; chosen by device, never by order. */
public interface BackendProvider {
    /** {@return the kind of device this provider serves} */
    Device.Type deviceType();

    /** {@return which provider of the same kind is taken when several are present: the highest} */
    int priority();

    /**
     * Opens the backend of a device. Called once a device and process.
     *
     * @throws IllegalStateException saying what was looked for and what was found, if the device is not there
     */
    Backend open(Device device);
}
