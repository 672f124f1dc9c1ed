package dev.lockstep.backend;

import dev.lockstep.backend.op.Op;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;

/**
 * Executes operations on one device. A kernel's result depends on op, shapes, layouts, dtypes and job settings only:
 * never on the number of threads, the position in a batch, warm-up, timing, or what else runs. Thread-safe.
 */
public interface Backend {
    /** {@return the device this backend computes on} */
    Device device();

    /** {@return the pool from which outputs are allocated} */
    MemoryPool memory();

    /**
     * {@return whether {@link #execute} takes this op for inputs like these} A fused op that is not supported is
     * decomposed by the tensor layer.
     */
    boolean supports(Op op);

    /**
     * Executes one op. Inputs stay open and belong to the caller, and so do the outputs. Inputs may be strided; outputs
     * have whatever dense layout suits the kernel (channels-last for images), views have the layout that the op says.
     *
     * @throws IllegalArgumentException naming the op and the shapes, if they do not fit
     */
    Value[] execute(Op op, Value... inputs);

    /** {@return what must be equal on two machines for their bits to be equal: library versions, instruction set} */
    String numericsFingerprint();
}
