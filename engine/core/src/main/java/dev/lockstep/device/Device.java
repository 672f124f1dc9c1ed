package dev.lockstep.device;

/**
 * Names a device that holds and computes tensors.
 *
 * @param type the kind of device
 * @param index which one of its kind, from 0
 */
public record Device(Type type, int index) {
    /** The kinds of device. */
    public enum Type {
        CPU,
        CUDA
    }

    /** The host's processor. */
    public static final Device CPU = new Device(Type.CPU, 0);

    /** Checks the index. */
    public Device {
        if (index < 0) {
            throw new IllegalArgumentException("device index " + index + " is negative");
        }
    }

    /** {@return {@code cpu}, or the kind and index as in {@code cuda:1}} */
    @Override
    public String toString() {
        return type == Type.CPU ? "cpu" : "cuda:" + index;
    }
}
