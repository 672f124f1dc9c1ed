package dev.lockstep.launcher.machines;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The job's secret, which every machine must have. */
public final class Token {
    private static final int LENGTH_MIN = 16;

    private Token() {}

    /**
     * Reads the secret from the file named, else from {@code LOCKSTEP_TOKEN}.
     *
     * @throws LaunchException if there is none or it is too short to be one
     */
    public static String read(Optional<Path> file, Optional<String> variable) {
        String token =
                file.map(Token::content).or(() -> variable).map(String::strip).orElse("");
        if (token.isEmpty()) {
            throw new LaunchException(
                    ExitCode.USAGE,
                    "several machines need a secret that all of them have: --token-file F or LOCKSTEP_TOKEN"
                            + " (make one: head -c 32 /dev/urandom | base64 > F)");
        }
        if (token.length() < LENGTH_MIN) {
            throw new LaunchException(
                    ExitCode.USAGE,
                    "the token has " + token.length() + " characters; at least " + LENGTH_MIN + " are needed");
        }
        return token;
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new LaunchException(ExitCode.USAGE, "--token-file " + file + " cannot be read: " + e, e);
        }
    }
}
