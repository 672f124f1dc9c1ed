package dev.lockstep.launcher;

import dev.lockstep.backend.Backends;
import dev.lockstep.device.Device;

/**
 * Opens the engine while the program reads its arguments and its data: a fifth of a second, mostly for a native library
 * and for the loops of kernels. Training a small model there as well would not pay: what it would have compiled takes
 * the second processor from what the program has compiled.
 */
public final class EarlyEngine {
    private EarlyEngine() {}

    /**
     * Begins to open a device's backend on a thread of its own; whoever needs it meanwhile waits for it.
     *
     * @return the thread, which ends when the backend is open or cannot be opened
     */
    public static Thread open(Device device) {
        return Thread.ofPlatform().daemon().name("lockstep-open-engine").start(() -> tryOpen(device));
    }

    @SuppressWarnings("EmptyCatch") // Who needs the backend tries again, and is told what is missing.
    private static void tryOpen(Device device) {
        try {
            Backends.of(device);
        } catch (IllegalStateException | IllegalArgumentException | LinkageError missing) {
            // See above.
        }
    }
}
