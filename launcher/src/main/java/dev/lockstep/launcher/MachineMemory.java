package dev.lockstep.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The memory of this machine. Linux.
 *
 * @param availableBytes what the kernel can give to processes without swapping
 * @param limitBytes the limit of this process' control group, {@code Long.MAX_VALUE} if it has none
 */
public record MachineMemory(long availableBytes, long limitBytes) {
    /**
     * Reads both.
     *
     * @throws IOException if {@code /proc/meminfo} cannot be read
     */
    public static MachineMemory read() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
            long kibibytes = lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
            return new MachineMemory(kibibytes << 10, limit());
        }
    }

    private static long limit() throws IOException {
        Path file = Path.of("/sys/fs/cgroup/memory.max");
        if (!Files.isReadable(file)) {
            return Long.MAX_VALUE;
        }
        String text = Files.readString(file).strip();
        return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
    }

    /** {@return the smaller of both: what new processes may use} */
    public long usableBytes() {
        return Math.min(availableBytes, limitBytes);
    }

    /** {@return {@code 7.5 GiB}} */
    public static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }

    @Override
    public String toString() {
        String available = gib(availableBytes) + " available";
        return limitBytes == Long.MAX_VALUE ? available : available + ", cgroup limit " + gib(limitBytes);
    }
}
