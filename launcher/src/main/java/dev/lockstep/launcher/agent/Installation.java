package dev.lockstep.launcher.agent;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Where this Lockstep lies: its JVM, its class path, and the class archives made when it was built.
 *
 * @param java the java command
 * @param classPath the class path that the launcher itself runs on
 * @param workerArchive the archive of the classes that workers load, which need not exist
 */
public record Installation(Path java, List<Path> classPath, Path workerArchive) {
    /** The system property that names the folder of the class archives. */
    public static final String HOME_PROPERTY = "lockstep.home";

    /** {@return the installation that this process runs from} */
    public static Installation current() {
        List<Path> classPath = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath())
                .toList();
        Path home = Path.of(System.getProperty(HOME_PROPERTY, "/nonexistent"));
        return new Installation(
                Path.of(System.getProperty("java.home"), "bin", "java"), classPath, home.resolve("worker.jsa"));
    }
}
