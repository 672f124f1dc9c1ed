package dev.lockstep.serialization;

import java.nio.file.Path;

/**
 * Reports a file of tensors that is missing, damaged or breaks its format's rules. The message names the file first,
 * then the place, what was expected and what was found. The launcher ends a run on it with exit code 8.
 */
public final class CheckpointCorruptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    /** Makes an error about a file; the message becomes {@code FILE: problem}. */
    public CheckpointCorruptException(Path file, String problem) {
        super(file + ": " + problem);
        this.file = file;
    }

    /** Makes an error about a file that has a deeper cause. */
    public CheckpointCorruptException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
        this.file = file;
    }

    /** {@return the file} */
    public Path file() {
        return file;
    }
}
