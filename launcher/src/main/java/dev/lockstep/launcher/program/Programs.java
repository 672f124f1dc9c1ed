package dev.lockstep.launcher.program;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/** Finds the program that a command line names. */
public final class Programs {
    private Programs() {}

    /**
     * Finds a program: a {@code .java} file (compiled into {@code classes}), a jar with a main class, a bundled
     * example, or a main class.
     *
     * @param target what the user named
     * @param classPath the value of {@code --class-path}, empty if not given
     * @param classes a folder to compile into, made if needed
     * @throws LaunchException if there is no such program, saying which there are
     */
    public static Program find(String target, String classPath, Path classes) {
        List<Path> path = split(classPath);
        if (target.endsWith(".java")) {
            return SourceProgram.compile(existing(target), path, classes);
        }
        if (target.endsWith(".jar")) {
            return ofJar(existing(target), path);
        }
        SortedMap<String, String> bundled = Bundled.programs();
        String main = bundled.get(target);
        if (main != null) {
            return new Program(target, main, path);
        }
        if (exists(target, path)) {
            return new Program(target.substring(target.lastIndexOf('.') + 1), target, path);
        }
        throw unknown(target, bundled, classPath);
    }

    /**
     * Checks that a target that is a file is there, before anything is written.
     *
     * @throws LaunchException if it is not
     */
    public static void requireReadable(String target) {
        if (target.endsWith(".java") || target.endsWith(".jar")) {
            existing(target);
        }
    }

    private static List<Path> split(String classPath) {
        List<Path> path = Arrays.stream(classPath.split(File.pathSeparator))
                .filter(entry -> !entry.isBlank())
                .map(entry -> Path.of(entry).toAbsolutePath())
                .toList();
        for (Path entry : path) {
            if (!Files.exists(entry)) {
                throw new LaunchException(ExitCode.USAGE, "--class-path: there is no " + entry);
            }
        }
        return path;
    }

    private static Path existing(String target) {
        Path file = Path.of(target).toAbsolutePath();
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new LaunchException(ExitCode.USAGE, "there is no file " + file + " that can be read");
        }
        return file;
    }

    private static Program ofJar(Path jar, List<Path> classPath) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Optional<String> main = Optional.ofNullable(file.getManifest())
                    .map(manifest -> manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS));
            String name = String.valueOf(jar.getFileName());
            return new Program(
                    name.substring(0, name.length() - ".jar".length()),
                    main.orElseThrow(() -> new LaunchException(
                            ExitCode.USAGE,
                            jar + " names no Main-Class in its manifest: give the main class and --class-path " + jar)),
                    concat(jar, classPath));
        } catch (IOException e) {
            throw new LaunchException(ExitCode.USAGE, jar + " is not a jar: " + e.getMessage(), e);
        }
    }

    private static List<Path> concat(Path first, List<Path> rest) {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(first), rest.stream())
                .toList();
    }

    /** Looks for the class file, without loading the class: a program must not run in the agent. */
    private static boolean exists(String className, List<Path> classPath) {
        String file = className.replace('.', '/') + ".class";
        if (Programs.class.getClassLoader().getResource(file) != null) {
            return true;
        }
        return classPath.stream()
                .anyMatch(entry ->
                        Files.isDirectory(entry) ? Files.isRegularFile(entry.resolve(file)) : isInJar(entry, file));
    }

    private static boolean isInJar(Path jar, String file) {
        try (JarFile content = new JarFile(jar.toFile())) {
            return content.getEntry(file) != null;
        } catch (IOException e) {
            throw new LaunchException(ExitCode.USAGE, "--class-path: " + jar + " is not a jar: " + e.getMessage(), e);
        }
    }

    private static LaunchException unknown(String target, SortedMap<String, String> bundled, String classPath) {
        String guess = Suggestion.nearest(target, bundled.keySet())
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
        String searched =
                classPath.isEmpty() ? "no class of that name (no --class-path given)" : "no class in " + classPath;
        return new LaunchException(
                ExitCode.USAGE,
                "unknown program '" + target + "'" + guess + "\n  bundled examples: "
                        + (bundled.isEmpty() ? "none" : String.join(", ", bundled.keySet())) + "\n  and " + searched
                        + "; a source file ends in .java, an archive in .jar");
    }
}
