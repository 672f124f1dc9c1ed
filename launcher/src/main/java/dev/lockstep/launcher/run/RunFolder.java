package dev.lockstep.launcher.run;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The folder of a run: {@code run.json}, {@code events.jsonl}, {@code metrics.jsonl}, {@code logs/attempt-N/rank-R/}.
 */
public final class RunFolder {
    private static final List<String> OF_AN_ATTEMPT = List.of("run.json", "events.jsonl", "metrics.jsonl");

    private final Path root;
    private final int attempt;

    private RunFolder(Path root, int attempt) {
        this.root = root;
        this.attempt = attempt;
    }

    /**
     * Makes the folder, or starts a new attempt in one that is there: the files of the attempt before go to its logs.
     *
     * @throws LaunchException if it cannot be written
     */
    public static RunFolder create(Path root) {
        Path absolute = root.toAbsolutePath().normalize();
        try {
            int attempt = 1;
            while (Files.exists(absolute.resolve("logs").resolve("attempt-" + attempt))) {
                attempt++;
            }
            RunFolder folder = new RunFolder(absolute, attempt);
            Files.createDirectories(folder.logs());
            if (attempt > 1) {
                folder.putAside(absolute.resolve("logs").resolve("attempt-" + (attempt - 1)));
            }
            return folder;
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    "cannot write the run folder " + absolute + ": " + e + "; choose another by --run-dir",
                    e);
        }
    }

    private void putAside(Path previous) throws IOException {
        for (String name : OF_AN_ATTEMPT) {
            if (Files.exists(root.resolve(name))) {
                Files.move(root.resolve(name), previous.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** {@return the folder, absolute} */
    public Path root() {
        return root;
    }

    /** {@return the number of this start, from 1} */
    public int attempt() {
        return attempt;
    }

    /** {@return the logs of this attempt} */
    public Path logs() {
        return root.resolve("logs").resolve("attempt-" + attempt);
    }

    /** {@return where a source program is compiled to} */
    public Path classes() {
        return logs().resolve("classes");
    }

    /** {@return the file of the name} */
    public Path file(String name) {
        return root.resolve(name);
    }

    /** Writes a small file, whole or not at all. */
    public void write(String name, String content) {
        Path part = root.resolve(name + ".part");
        try {
            try {
                Files.writeString(part, content);
                Files.move(
                        part, root.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "cannot write " + root.resolve(name) + ": " + e, e);
        }
    }
}
