package dev.lockstep.benchmarks.machine;

import java.util.List;
import java.util.Locale;

/**
 * Measures the limits of this machine and prints them, as a table or, with {@code --json}, as one JSON object. Also
 * runs from its source: {@code java --add-modules jdk.incubator.vector MachineLimits.java}.
 */
public final class MachineLimits {
    private MachineLimits() {}

    /** Measures with one thread and with one a processor. */
    public static void main(String[] arguments) throws InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        double fmaOne = new Stretch(1, 1, Peak::new).best();
        double fmaAll = new Stretch(processors, 1, Peak::new).best();
        CacheSizes caches = CacheSizes.read();
        Stretch.Factory inL2 = () -> new Triad(caches.l2Bytes() / 2);
        Stretch.Factory inL3 = () -> new Triad(Math.max(caches.l2Bytes() * 2, caches.l3Bytes() / (2L * processors)));
        Stretch.Factory inMemory = () -> new Triad(Math.max(192L << 20, 6 * caches.l3Bytes()) / processors);
        double l2 = new Stretch(1, 1, inL2).best();
        double l3 = new Stretch(1, 1, inL3).best();
        double memoryOne = new Stretch(1, 1, inMemory).best();
        double memoryAll = new Stretch(processors, 1, inMemory).best();
        boolean json = List.of(arguments).contains("--json");
        System.out.printf(
                Locale.ROOT,
                json ? JSON : TEXT,
                processors,
                fmaOne,
                fmaAll,
                memoryOne,
                memoryAll,
                l2,
                l3,
                caches.l2Bytes() >> 10,
                caches.l3Bytes() >> 10);
    }

    private static final String JSON = """
            {"benchmark":"machine","processors":%d,"fma_gflops_1":%.1f,"fma_gflops_all":%.1f,"memory_GBps_1":%.1f,\
            "memory_GBps_all":%.1f,"l2_GBps":%.1f,"l3_GBps":%.1f,"l2_KiB":%d,"l3_KiB":%d}
            """;

    private static final String TEXT = """
            machine: %d processors; f32 multiply-add %.0f GFLOP/s on one, %.0f on all; \
            triad %.1f GB/s on one, %.1f on all; in L2 %.0f GB/s, in L3 %.0f GB/s (L2 %d KiB, L3 %d KiB)
            """;
}
