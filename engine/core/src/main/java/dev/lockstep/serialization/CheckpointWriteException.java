package dev.lockstep.serialization;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reports a file of tensors that cannot be written: no folder, no permission, no space. What was there before is
 * untouched. The launcher ends a run on it with exit code 9.
 */
public final class CheckpointWriteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes an error about a file; the message becomes {@code FILE: cannot be written: why}. */
    public CheckpointWriteException(Path file, IOException why) {
        super(file + ": cannot be written: " + why.getMessage(), why);
    }
}
