package dev.lockstep.launcher;

import dev.lockstep.collectives.netty.TcpOptions;
import dev.lockstep.collectives.netty.TlsIdentity;
import java.nio.file.Path;

/**
 * The files that workers encrypt their exchange of gradients with, in PEM form; none means plain TCP.
 *
 * @param certificate this machine's certificate and those between it and the authorities, or empty
 * @param key its private key, or empty
 * @param authorities the certificates of the authorities that peers are believed by, or empty
 */
public record TlsFiles(String certificate, String key, String authorities) {
    /** No TLS. */
    public static final TlsFiles NONE = new TlsFiles("", "", "");

    /** {@return whether there is TLS} */
    public boolean given() {
        return !certificate.isEmpty();
    }

    /**
     * {@return the options with TLS from these files, or as they are if there are none}
     *
     * @throws LaunchException naming the file that peers would not accept, and why
     */
    public TcpOptions on(TcpOptions options) {
        return given() ? options.withTls(load()) : options;
    }

    /**
     * Makes sure that peers will accept the files, if there are any.
     *
     * @throws LaunchException naming the file that they would not, and why
     */
    public void require() {
        if (given()) {
            load();
        }
    }

    private TlsIdentity load() {
        try {
            return TlsIdentity.load(Path.of(certificate), Path.of(key), Path.of(authorities));
        } catch (IllegalArgumentException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "TLS: " + e.getMessage(), e);
        }
    }
}
