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
    private static final Path STAT = Path.of("/proc/self/stat");
    private static final Path UPTIME = Path.of("/proc/uptime");
    private static final int START_FIELD = 22; // Of /proc/PID/stat, counted from 1: in ticks since the boot.
    private static final int FIRST_FIELD_AFTER_NAME = 3;
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, part of the kernel's interface.

    private ProcessFacts() {}

    /**
     * {@return when this process started, to 10 ms; what ran in it before an {@code exec} counts}
     *
     * <p>Taken from the age of the process: {@link ProcessHandle.Info#startInstant} counts from the time of the boot,
     * which the kernel gives in whole seconds, and so is up to a second too early.
     */
    public static Instant launched() {
        Instant now = Instant.now();
        if (!Files.isReadable(STAT) || !Files.isReadable(UPTIME)) {
            return ProcessHandle.current().info().startInstant().orElse(now);
        }
        return now.minusNanos(ageNanos(read(STAT), read(UPTIME)));
    }

    /** Takes the age of a process from {@code /proc/PID/stat} and {@code /proc/uptime}. */
    static long ageNanos(String stat, String uptime) {
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // A name may hold spaces.
        double started = Double.parseDouble(afterName[START_FIELD - FIRST_FIELD_AFTER_NAME]) / TICKS_PER_SECOND;
        return Math.max(0, Math.round((Double.parseDouble(uptime.split(" ")[0]) - started) * 1e9));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    static double secondsSince(Instant start) {
        return Duration.between(start, Instant.now()).toNanos() / 1e9;
    }

    /** {@return the largest resident set so far ({@code VmHWM}), or 0 where there is no such file} */
    static long peakRssBytes() {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        return read(STATUS)
                .lines()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }
}
