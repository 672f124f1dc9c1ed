package dev.lockstep.backend;

import dev.lockstep.backend.op.Op;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;

/**
 * A backend around another one, which it is in everything but {@link #execute}. Decorators nest in one fixed order:
 * autograd around batching around checking around fusion around profiling around the device's backend.
 */
public abstract class BackendDecorator implements Backend {
    private final Backend below;

    /** Wraps a backend. */
    protected BackendDecorator(Backend below) {
        this.below = below;
    }

    /** {@return the backend inside} */
    public final Backend below() {
        return below;
    }

    @Override
    public final Device device() {
        return below.device();
    }

    @Override
    public final MemoryPool memory() {
        return below.memory();
    }

    @Override
    public final boolean supports(Op op) {
        return below.supports(op);
    }

    @Override
    public final String numericsFingerprint() {
        return below.numericsFingerprint();
    }
}
