package dev.lockstep.collectives.netty;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words why a connection did not come to speak TLS. */
final class TlsTrouble {
    private static final int CAUSES_MAX = 16;

    private TlsTrouble() {}

    /** {@return what is wrong, seen from the end that noticed it} */
    static String describe(Throwable failure) {
        Throwable cause = find(failure, SSLException.class);
        if (cause == null) {
            return String.valueOf(failure.getMessage());
        }
        if (find(failure, NotSslRecordException.class) != null) {
            return "it does not speak TLS";
        }
        if (find(failure, GeneralSecurityException.class) != null) {
            return "its certificate is refused: " + root(failure);
        }
        String message = String.valueOf(cause.getMessage());
        if (message.contains("Empty client certificate chain")) {
            return "it shows no certificate";
        }
        return message.contains("fatal alert")
                ? "it refuses this worker's certificate or its TLS: " + message
                : "the TLS handshake failed: " + message;
    }

    private static @Nullable Throwable find(Throwable failure, Class<? extends Throwable> kind) {
        Throwable cause = failure;
        for (int i = 0; i < CAUSES_MAX && cause != null; i++) {
            if (kind.isInstance(cause)) {
                return cause;
            }
            cause = cause.getCause();
        }
        return null;
    }

    /** {@return the message of what began it} */
    static String root(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < CAUSES_MAX; i++) {
            Throwable next = cause.getCause();
            if (next == null) {
                break;
            }
            cause = next;
        }
        return cause instanceof NoSuchFileException ? "there is no such file" : String.valueOf(cause.getMessage());
    }
}
