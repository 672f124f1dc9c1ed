package dev.lockstep.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How large the caches of a processor are.
 *
 * @param l2Bytes of the second level
 * @param l3Bytes of the third level, which processors share
 */
record CacheSizes(long l2Bytes, long l3Bytes) {
    private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");
    private static final CacheSizes USUAL = new CacheSizes(1 << 20, 16 << 20);

    /** {@return what the kernel says, or the usual sizes where it says nothing} */
    static CacheSizes read() {
        return new CacheSizes(bytes("index2", USUAL.l2Bytes), bytes("index3", USUAL.l3Bytes));
    }

    private static long bytes(String index, long otherwise) {
        try {
            String size =
                    Files.readString(CACHES.resolve(index).resolve("size")).strip();
            return size.matches("[0-9]+K") ? Long.parseLong(size.substring(0, size.length() - 1)) << 10 : otherwise;
        } catch (IOException e) {
            return otherwise;
        }
    }
}
