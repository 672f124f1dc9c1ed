package dev.lockstep.launcher.program;

import java.nio.file.Path;
import java.util.List;

/**
 * A program that can be run.
 *
 * @param name what to call it, for messages and the run's id
 * @param mainClass its main class
 * @param classPath what it needs beside Lockstep itself
 */
public record Program(String name, String mainClass, List<Path> classPath) {
    /** Copies the class path. */
    public Program {
        classPath = List.copyOf(classPath);
    }
}
