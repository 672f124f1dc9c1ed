package dev.lockstep.launcher;

import dev.lockstep.collectives.shared.SharedIdentity;
import dev.lockstep.collectives.shared.SharedMemory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the workers of a machine share memory: {@code /dev/shm}, or the folder for temporary files. */
public final class SharedFolder {
    private static final Path MEMORY = Path.of("/dev/shm");

    private SharedFolder() {}

    /** {@return the folder} */
    public static Path path() {
        return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY)
                ? MEMORY
                : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** {@return this process' door to the memory that an attempt's workers share} */
    public static SharedMemory open(SharedIdentity identity) {
        return SharedMemory.open(path(), identity, Runtime.getRuntime().availableProcessors(), System::nanoTime);
    }
}
