package dev.lockstep.launcher.doctor;

import dev.lockstep.launcher.MachineMemory;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Examines this machine. Run it in a JVM with the flags of a worker. */
public final class Doctor {
    private static final int JDK = 25;
    private static final long SHARED_BYTES_MIN = 256L << 20;
    private static final long MEMORY_BYTES_MIN = 1L << 30;

    private final Path runDir;

    /** Makes a doctor for runs below a folder. */
    public Doctor(Path runDir) {
        this.runDir = runDir;
    }

    /** {@return what was found, in a fixed order} */
    public List<Finding> examine() {
        return List.of(jdk(), nativeAccess(), processor(), engine(), memory(), sharedMemory(), runFolder());
    }

    private static Finding jdk() {
        String found = Runtime.version() + " at " + System.getProperty("java.home");
        return Runtime.version().feature() == JDK
                ? Finding.ok("JDK", found)
                : Finding.bad("JDK", found + ": Lockstep needs JDK " + JDK);
    }

    @SuppressWarnings("restricted") // Whether native access works is the question.
    private static Finding nativeAccess() {
        try {
            Linker linker = Linker.nativeLinker();
            var getpid = linker.downcallHandle(
                    linker.defaultLookup().find("getpid").orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_INT));
            int pid = (int) getpid.invokeExact();
            return Finding.ok("native access", "allowed (pid " + pid + ")");
        } catch (Throwable e) { // A refusal may be an error of linkage.
            return Finding.bad("native access", e + ": start with --enable-native-access=ALL-UNNAMED");
        }
    }

    private static Finding processor() {
        int cores = Runtime.getRuntime().availableProcessors();
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            String flags =
                    lines.filter(line -> line.startsWith("flags")).findFirst().orElse("");
            String isa = flags.contains(" avx512f") ? "AVX-512" : flags.contains(" avx2") ? "AVX2" : "";
            return isa.isEmpty()
                    ? Finding.warn("processor", cores + " cores, neither AVX2 nor AVX-512: training is slow")
                    : Finding.ok("processor", cores + " cores, " + isa);
        } catch (IOException e) {
            return Finding.warn("processor", cores + " cores; /proc/cpuinfo cannot be read: " + e.getMessage());
        }
    }

    private static Finding engine() {
        try {
            return EngineProbe.probe();
        } catch (Throwable e) { // A missing library is an Error.
            return Finding.bad("engine", e + ": the native library of the CPU backend cannot be used");
        }
    }

    private static Finding memory() {
        try {
            MachineMemory memory = MachineMemory.read();
            return memory.usableBytes() < MEMORY_BYTES_MIN
                    ? Finding.warn("memory", memory + ": below " + MachineMemory.gib(MEMORY_BYTES_MIN))
                    : Finding.ok("memory", memory.toString());
        } catch (IOException e) {
            return Finding.warn("memory", "/proc/meminfo cannot be read: " + e.getMessage());
        }
    }

    private static Finding sharedMemory() {
        try {
            FileStore store = Files.getFileStore(Path.of("/dev/shm"));
            String found =
                    MachineMemory.gib(store.getUsableSpace()) + " free of " + MachineMemory.gib(store.getTotalSpace());
            return store.getUsableSpace() < SHARED_BYTES_MIN
                    ? Finding.warn("/dev/shm", found + ": in a container raise it (--shm-size=1g)")
                    : Finding.ok("/dev/shm", found);
        } catch (IOException e) {
            return Finding.warn("/dev/shm", "not there: " + e.getMessage());
        }
    }

    private Finding runFolder() {
        Path existing = runDir.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            Path probe = Files.createTempFile(existing, ".lockstep-doctor", ".tmp");
            Files.delete(probe);
            return Finding.ok("run folder", runDir.toAbsolutePath() + " can be written");
        } catch (IOException e) {
            return Finding.bad(
                    "run folder", existing + " cannot be written: " + e.getMessage() + "; choose another by --run-dir");
        }
    }
}
