package dev.lockstep.collectives.netty;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A worker that its peers would refuse is told so before it starts, with the file that is to blame. */
class TlsIdentityTest {
    private static final Path AUTHORITY = Certificates.file(Certificates.AUTHORITY.getRootCertificatePEM());
    private static final Path CERTIFICATE = Certificates.file(Certificates.MEMBER.getCertificatePathPEM());
    private static final Path KEY = Certificates.file(Certificates.MEMBER.getPrivateKeyPEM());

    private static void assertRefused(Path certificate, Path key, Path authority, Path blamed, String reason) {
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> TlsIdentity.load(certificate, key, authority));
        assertTrue(error.getMessage().startsWith(blamed + ": "), error.getMessage());
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path nowhere = Path.of("nowhere.pem");
        assertRefused(nowhere, KEY, AUTHORITY, nowhere, "no such file");
        assertRefused(CERTIFICATE, nowhere, AUTHORITY, nowhere, "no such file");
        assertRefused(CERTIFICATE, KEY, nowhere, nowhere, "no such file");
    }

    @Test
    void whatIsNoCertificateOrNoKeyIsNamed() {
        assertRefused(KEY, KEY, AUTHORITY, KEY, "");
        assertRefused(CERTIFICATE, CERTIFICATE, AUTHORITY, CERTIFICATE, "PKCS#8");
        Path empty = Certificates.file("");
        assertRefused(CERTIFICATE, KEY, empty, empty, "no certificate");
    }

    @Test
    void theKeyOfAnotherCertificateIsRefused() {
        X509Bundle other = Certificates.issued(Certificates.AUTHORITY, Duration.ofDays(1));
        Path key = Certificates.file(other.getPrivateKeyPEM());
        assertRefused(CERTIFICATE, key, AUTHORITY, key, "not the key of the certificate CN=a member");
    }

    @Test
    void whatHasExpiredIsRefused() {
        X509Bundle old = Certificates.issued(Certificates.AUTHORITY, Duration.ofDays(-1));
        Path certificate = Certificates.file(old.getCertificatePathPEM());
        assertRefused(certificate, Certificates.file(old.getPrivateKeyPEM()), AUTHORITY, certificate, "NotAfter");
    }

    @Test
    void whatAnotherAuthorityHasSignedIsRefused() {
        X509Bundle foreign = Certificates.issued(Certificates.authority("CN=another"), Duration.ofDays(1));
        Path certificate = Certificates.file(foreign.getCertificatePathPEM());
        assertRefused(certificate, Certificates.file(foreign.getPrivateKeyPEM()), AUTHORITY, certificate, "path");
    }
}
