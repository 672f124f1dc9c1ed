package dev.lockstep.launcher.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** What the kernel knows about this process. */
public final class ProcessFacts {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessFacts() {}

    /**
     * {@return when this process started, by the kernel's clock of 10 ms; what ran in it before an {@code exec} counts}
     */
    public static Instant launched() {
        return ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    }

    static double secondsSince(Instant start) {
        return Duration.between(start, Instant.now()).toNanos() / 1e9;
    }

    /** {@return the largest resident set so far ({@code VmHWM}), or 0 where there is no such file} */
    static long peakRssBytes() {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + STATUS, e);
        }
    }
}
