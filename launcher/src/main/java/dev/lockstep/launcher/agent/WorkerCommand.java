package dev.lockstep.launcher.agent;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
    /**
     * The flags every JVM that computes needs; the last ones keep vector kernels fast and the compiler from the compute
     * threads' processors, see the README of engine/cpu.
     */
    public static final List<String> ENGINE_FLAGS = List.of(
            "--add-modules=jdk.incubator.vector",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=inline,dev.lockstep.backend.cpu.kernel.Lanes::*",
            "-XX:CompileCommand=inline,dev.lockstep.backend.cpu.kernel.LaneMath::*",
            "-XX:CompileCommand=inline,dev.lockstep.backend.cpu.kernel.Loops::lambda*",
            "-XX:CompileCommand=inline,dev.lockstep.backend.cpu.kernel.*::apply",
            "-XX:Tier4InvocationThreshold=20000",
            "-XX:Tier4MinInvocationThreshold=2400",
            "-XX:Tier4CompileThreshold=60000",
            "-XX:Tier4BackEdgeThreshold=160000",
            "-XX:CompileCommand=CompileThresholdScaling,dev.lockstep.backend.cpu.kernel.*::*,0.25",
            "-XX:CompileCommand=CompileThresholdScaling,dev.lockstep.backend.cpu.winograd.*::*,0.25");

    /** Buckets and messages lie outside of the heap; left alone, the JVM allows them no more than the heap has. */
    public static final String MESSAGE_MEMORY = "-XX:MaxDirectMemorySize=8g";

    /** The environment variable by which the build has the first worker write the archive. */
    private static final String ARCHIVE_OUTPUT = "LOCKSTEP_ARCHIVE_OUTPUT";

    private static final String QUIET = "-Xlog:aot=off,cds=off"; // A missing or stale archive costs speed only.

    private static final String MAIN = "dev.lockstep.launcher.worker.WorkerMain";

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

    private List<String> archiveOptions(int localRank) {
        String output = System.getenv(ARCHIVE_OUTPUT);
        if (output != null) {
            return localRank == 0 ? List.of("-XX:ArchiveClassesAtExit=" + output, QUIET) : List.of();
        }
        return Files.isRegularFile(classArchive) ? List.of("-XX:SharedArchiveFile=" + classArchive, QUIET) : List.of();
    }
}
