package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A oneDNN primitive ready to run: its memory objects and argument list are made once, and a run only sets addresses
 * that have changed. Owns its native objects. Confined to the thread of its {@link Session}.
 */
final class Primitive implements AutoCloseable {
    private static final int ARGUMENT_BYTES = 16;

    private final long handle;
    private final long stream;
    private final long[] memories;
    private final long[] addresses;
    private final long scratchBytes;
    private final MemorySegment arguments;
    private final String implementation;
    private boolean closed;

    /**
     * Prepares a primitive; destroys nothing that is passed in.
     *
     * @param engine the oneDNN engine
     * @param stream the stream of the calling thread
     * @param descriptor the primitive descriptor
     * @param kinds the argument kinds (DNNL_ARG_*), without the scratchpad
     * @param descriptors the memory descriptor of each argument
     */
    Primitive(long engine, long stream, long descriptor, int[] kinds, long[] descriptors) {
        this.stream = stream;
        this.implementation = Dnnl.implementation(descriptor);
        this.handle = Dnnl.createPrimitive(descriptor);
        long scratch = Dnnl.queryDescriptor(descriptor, Dnnl.QUERY_SCRATCHPAD);
        this.scratchBytes = scratch == 0 ? 0 : Dnnl.sizeBytes(scratch);
        int count = kinds.length + (scratchBytes > 0 ? 1 : 0);
        this.memories = new long[count];
        this.addresses = new long[count];
        this.arguments = Arena.ofAuto().allocate((long) ARGUMENT_BYTES * count, Long.BYTES);
        for (int i = 0; i < count; i++) {
            boolean last = i == kinds.length;
            memories[i] = Dnnl.createMemory(last ? scratch : descriptors[i], engine);
            arguments.set(ValueLayout.JAVA_INT, (long) ARGUMENT_BYTES * i, last ? Dnnl.ARG_SCRATCHPAD : kinds[i]);
            arguments.set(ValueLayout.JAVA_LONG, (long) ARGUMENT_BYTES * i + Long.BYTES, memories[i]);
        }
    }

    /** {@return the name of oneDNN's implementation} */
    String implementation() {
        return implementation;
    }

    /** {@return whether oneDNN only has its slow reference code for this} */
    boolean isReference() {
        return implementation.startsWith("ref");
    }

    /**
     * Runs on the buffers at {@code at}, in the order of the argument kinds; working memory comes from {@code pool}.
     */
    void run(MemoryPool pool, long... at) {
        for (int i = 0; i < at.length; i++) {
            setAddress(i, at[i]);
        }
        if (scratchBytes == 0) {
            Dnnl.execute(handle, stream, memories.length, arguments);
            return;
        }
        Storage scratch = pool.allocate(scratchBytes);
        try {
            setAddress(at.length, scratch.address());
            Dnnl.execute(handle, stream, memories.length, arguments);
        } finally {
            scratch.release();
        }
    }

    private void setAddress(int argument, long address) {
        if (addresses[argument] != address) {
            Dnnl.setAddress(memories[argument], address);
            addresses[argument] = address;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Arrays.stream(memories).forEach(Dnnl::destroyMemory);
        Dnnl.destroyPrimitive(handle);
    }
}
