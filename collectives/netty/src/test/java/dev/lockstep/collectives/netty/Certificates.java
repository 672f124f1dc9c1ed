package dev.lockstep.collectives.netty;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;

/** Certificates of a few authorities, made anew in each run. */
final class Certificates {
    static {
        // So that keys change many times within a test, as they do after 128 GiB otherwise.
        Security.setProperty("jdk.tls.keyLimits", "AES/GCM/NoPadding KeyUpdate 2^20");
    }

    static final X509Bundle AUTHORITY = authority("CN=the authority");
    static final X509Bundle MEMBER = issued(AUTHORITY, Duration.ofDays(1));

    private Certificates() {}

    static X509Bundle authority(String name) {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject(name)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** {@return a certificate that ends so long from now} */
    static X509Bundle issued(X509Bundle authority, Duration validity) {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=a member")
                    .notBefore(Instant.now().minus(Duration.ofDays(30)))
                    .notAfter(Instant.now().plus(validity))
                    .buildIssuedBy(authority);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** {@return the identity of a worker that shows {@code own} and believes {@code authority}} */
    static TlsIdentity identity(X509Bundle own, X509Bundle authority) {
        return TlsIdentity.load(
                file(own.getCertificatePathPEM()),
                file(own.getPrivateKeyPEM()),
                file(authority.getRootCertificatePEM()));
    }

    static Path file(String text) {
        try {
            Path file = Files.createTempFile("lockstep-test", ".pem");
            file.toFile().deleteOnExit();
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shows its certificate even to those who have said that they will not believe it. */
    private static final class Shameless extends X509ExtendedKeyManager {
        private final X509Bundle own;

        Shameless(X509Bundle own) {
            this.own = own;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return type.equals("EC") ? "own" : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return own.getCertificatePath();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.getKeyPair().getPrivate();
        }
    }

    /** {@return the JDK's own TLS, which shows {@code own} and believes {@code authority}} */
    static SSLContext context(X509Bundle own, X509Bundle authority) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new Shameless(own)},
                    authority.toTrustManagerFactory().getTrustManagers(),
                    null);
            return context;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
