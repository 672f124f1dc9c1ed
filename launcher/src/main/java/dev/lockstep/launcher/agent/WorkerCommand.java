package dev.lockstep.launcher.agent;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a worker's JVM is started.
 *
 * @param java the java command
 * @param classPath the launcher's own class path, then the program's
 * @param classArchive the archive of loaded classes made at build time; used if the file exists
 * @param heap the heap's limit as {@code -Xmx} takes it; tensors live outside the heap
 * @param options further options of the JVM
 */
public record WorkerCommand(Path java, List<Path> classPath, Path classArchive, String heap, List<String> options) {
    /** The flags every JVM that computes needs; the file says why. */
    public static final List<String> ENGINE_FLAGS = readFlags("engine.flags");

    /** Buckets and messages lie outside of the heap; left alone, the JVM allows them no more than the heap has. */
    public static final String MESSAGE_MEMORY = "-XX:MaxDirectMemorySize=8g";

    /** The environment variable by which the build has the first worker write the archive. */
    private static final String ARCHIVE_OUTPUT = "LOCKSTEP_ARCHIVE_OUTPUT";

    private static final long FIRST_HEAP_BYTES_MAX = 64L << 20;

    private static final String QUIET = "-Xlog:aot=off,cds=off"; // A missing or stale archive costs speed only.

    private static final String MAIN = "dev.lockstep.launcher.worker.WorkerMain";

    private static List<String> readFlags(String resource) {
        try (InputStream in = WorkerCommand.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("launcher: " + resource + " is missing beside WorkerCommand");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("launcher: " + resource + " cannot be read", e);
        }
    }

    /** Copies the lists. */
    public WorkerCommand {
        classPath = List.copyOf(classPath);
        options = List.copyOf(options);
    }

    /** {@return the command line of a worker that leaves its crash files in {@code logs}} */
    public List<String> line(int localRank, Path logs) {
        List<String> line = new ArrayList<>();
        line.add(java.toString());
        line.addAll(ENGINE_FLAGS);
        line.add("-Xmx" + heap);
        firstHeap().ifPresent(line::add);
        line.add(MESSAGE_MEMORY);
        line.add("-XX:+UseSerialGC");
        line.addAll(archiveOptions(localRank));
        line.add("-XX:ErrorFile=" + logs.resolve("hs_err.log"));
        line.add("-XX:HeapDumpPath=" + logs);
        line.add("-XX:+ExitOnOutOfMemoryError");
        line.addAll(options);
        line.add("-cp");
        line.add(String.join(
                File.pathSeparator, classPath.stream().map(Path::toString).toList()));
        line.add(MAIN);
        return List.copyOf(line);
    }

    /**
     * {@return with how much heap a worker begins, unless an option limits its heap otherwise} Of a heap that begins
     * larger, new objects would touch 90 MB more before they are collected.
     */
    private Optional<String> firstHeap() {
        if (options.stream().anyMatch(option -> option.startsWith("-Xmx") || option.startsWith("-XX:MaxHeapSize="))) {
            return Optional.empty();
        }
        long bytes = Math.min(bytes(heap), FIRST_HEAP_BYTES_MAX);
        return Optional.of("-Xms" + (bytes >> 10) + "k");
    }

    /**
     * {@return a size as {@code -Xmx} takes it, in bytes; a number that is too large for a long is more than enough}
     */
    private static long bytes(String size) {
        BigInteger number = new BigInteger(size.substring(0, size.length() - 1));
        int shift = switch (size.charAt(size.length() - 1)) {
            case 'k', 'K' -> 10;
            case 'm', 'M' -> 20;
            default -> 30;
        };
        return number.shiftLeft(shift).min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
    }

    private List<String> archiveOptions(int localRank) {
        String output = System.getenv(ARCHIVE_OUTPUT);
        if (output != null) {
            return localRank == 0 ? List.of("-XX:ArchiveClassesAtExit=" + output, QUIET) : List.of();
        }
        return Files.isRegularFile(classArchive) ? List.of("-XX:SharedArchiveFile=" + classArchive, QUIET) : List.of();
    }
}
