package dev.lockstep.launcher.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Checks that a file, packed or not, has the content that a data set promises. */
final class ContentCheck {
    private static final int BUFFER_BYTES = 1 << 16;

    private ContentCheck() {}

    /**
     * {@return what is wrong with a file, or empty if its content is right; reads no further than it should be long}
     */
    static Optional<String> problem(Path file, DataSet.RemoteFile expected) {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
                InputStream in = isPacked(file) ? new GZIPInputStream(raw, BUFFER_BYTES) : raw) {
            return problem(in, expected);
        } catch (IOException e) {
            return Optional.of("it cannot be read: " + e.getMessage());
        }
    }

    private static Optional<String> problem(InputStream in, DataSet.RemoteFile expected) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long length = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            length += read;
            if (length > expected.contentBytes()) {
                return Optional.of("it holds more than " + expected.contentBytes() + " bytes");
            }
            digest.update(buffer, 0, read);
        }
        if (length < expected.contentBytes()) {
            return Optional.of("it ends after " + length + " of " + expected.contentBytes() + " bytes");
        }
        String sum = HexFormat.of().formatHex(digest.digest());
        return sum.equals(expected.contentSha256())
                ? Optional.empty()
                : Optional.of("its SHA-256 is " + sum + " and not " + expected.contentSha256());
    }

    private static boolean isPacked(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 0x1f && in.read() == 0x8b;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
