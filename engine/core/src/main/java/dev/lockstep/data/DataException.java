package dev.lockstep.data;

import java.nio.file.Path;

/**
 * Reports a data file that is missing, damaged or holds what it must not. The message names the file first, then the
 * place, what was expected and what was found. The launcher ends a run on it with exit code 8.
 */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    /** Makes an error about a file; the message becomes {@code FILE: problem}. */
    public DataException(Path file, String problem) {
        super(file + ": " + problem);
        this.file = file;
    }

    /** Makes an error about a file that has a deeper cause. */
    public DataException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
        this.file = file;
    }

    /** {@return the file} */
    public Path file() {
        return file;
    }
}
