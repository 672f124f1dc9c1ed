package dev.lockstep.launcher.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What every session begins with. */
final class Imports {
    private static final String RESOURCE = "imports.jsh";

    private Imports() {}

    /** {@return the text of the snippets} */
    static String text() {
        try (InputStream in = Imports.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new AssertionError(RESOURCE + " is part of this jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
