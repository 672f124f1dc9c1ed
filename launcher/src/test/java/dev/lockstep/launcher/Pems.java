package dev.lockstep.launcher;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a machine that an authority of the test has let in. */
public record Pems(Path certificate, Path key, Path authority) {
    /** Makes an authority and a certificate that it has signed. */
    public static Pems make(Path folder) {
        try {
            X509Bundle authority = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=the authority of a test")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            X509Bundle own = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=a machine of a test")
                    .buildIssuedBy(authority);
            Files.createDirectories(folder);
            return new Pems(
                    Files.writeString(folder.resolve("cert.pem"), own.getCertificatePathPEM()),
                    Files.writeString(folder.resolve("key.pem"), own.getPrivateKeyPEM()),
                    Files.writeString(folder.resolve("ca.pem"), authority.getRootCertificatePEM()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** {@return the flags that name them} */
    public List<String> flags() {
        return List.of("--tls-cert=" + certificate, "--tls-key=" + key, "--tls-ca=" + authority);
    }
}
