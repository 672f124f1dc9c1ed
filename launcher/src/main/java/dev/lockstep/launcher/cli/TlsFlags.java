package dev.lockstep.launcher.cli;

import dev.lockstep.launcher.TlsFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags for TLS between workers: all of them or none. */
final class TlsFlags {
    @Option(
            names = "--tls-cert",
            required = true,
            paramLabel = "F",
            description = "TLS between machines: this one's certificate (PEM)")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", required = true, paramLabel = "F", description = "its private key (PEM, PKCS#8)")
    private @Nullable Path key;

    @Option(
            names = "--tls-ca",
            required = true,
            paramLabel = "F",
            description = "the authorities that must have signed every worker's certificate (PEM)")
    private @Nullable Path authorities;

    /** {@return the files of the flags, if they were given} */
    static TlsFiles files(@Nullable TlsFlags flags) {
        return flags == null
                ? TlsFiles.NONE
                : new TlsFiles(absolute(flags.certificate), absolute(flags.key), absolute(flags.authorities));
    }

    private static String absolute(@Nullable Path file) {
        return file == null ? "" : file.toAbsolutePath().normalize().toString();
    }
}
