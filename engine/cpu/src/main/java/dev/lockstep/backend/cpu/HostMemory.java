package dev.lockstep.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.device.Device;
import dev.lockstep.device.MemorySource;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes the host's memory from the C library. Blocks of 2 MiB and more are aligned to that size and marked for huge
 * pages, since the first touch of 4 KiB pages would cost several times the work done on them. Thread-safe.
 */
@SuppressWarnings("restricted") // Native memory that lives as long as its reference count says.
public final class HostMemory implements MemorySource {
    static final long HUGE_PAGE_BYTES = 2L << 20;
    private static final long SMALL_ALIGNMENT = 64;
    private static final int MADV_HUGEPAGE = 14;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle POSIX_MEMALIGN =
            function("posix_memalign", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MADVISE =
            function("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(JAVA_LONG));

    private final AtomicLong takenBytes = new AtomicLong();

    private static MethodHandle function(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public MemorySegment allocate(long sizeBytes) {
        boolean huge = sizeBytes >= HUGE_PAGE_BYTES;
        long alignment = huge ? HUGE_PAGE_BYTES : SMALL_ALIGNMENT;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate((MemoryLayout) ADDRESS);
            int error = (int) POSIX_MEMALIGN.invokeExact(out, alignment, sizeBytes);
            if (error != 0) {
                throw exhausted(sizeBytes);
            }
            long address = out.get(JAVA_LONG, 0);
            if (huge) {
                advise(address, sizeBytes);
            }
            takenBytes.addAndGet(sizeBytes);
            return MemorySegment.ofAddress(address).reinterpret(sizeBytes);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Asks for huge pages; only whole ones, and only a hint: a kernel without them refuses and nothing is lost. */
    private static void advise(long address, long sizeBytes) throws Throwable {
        long whole = sizeBytes / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
        int _ = (int) MADVISE.invokeExact(address, whole, MADV_HUGEPAGE);
    }

    @Override
    public void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory.address());
        } catch (Throwable e) {
            throw failed(e);
        }
        takenBytes.addAndGet(-memory.byteSize());
    }

    /** {@return the bytes that are taken and not yet given back} */
    public long takenBytes() {
        return takenBytes.get();
    }

    private OutOfMemoryError exhausted(long sizeBytes) {
        return new OutOfMemoryError(String.format(
                Locale.ROOT,
                "cpu: the system has no %,d bytes left; tensors hold %,d bytes. Use a smaller batch, fewer virtual"
                        + " ranks a machine, or a machine with more memory",
                sizeBytes,
                takenBytes.get()));
    }

    private static RuntimeException failed(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException("cpu: " + e, e);
    }
}
