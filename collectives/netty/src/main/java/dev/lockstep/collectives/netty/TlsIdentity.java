package dev.lockstep.collectives.netty;

import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What a worker shows its peers over TLS 1.3, and whom it believes: every certificate that its authorities have signed,
 * at whatever address, in both directions. Immutable; never prints the key.
 */
public final class TlsIdentity {
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    /** The cheapest first; the listener's order counts. */
    private static final String[] CIPHERS = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] NO_PASSWORD = new char[0];

    private final SSLContext context;

    private TlsIdentity(SSLContext context) {
        this.context = context;
    }

    /**
     * Reads an identity from files in PEM form, and checks that peers with the same authorities will believe it.
     *
     * @param certificate the worker's certificate, followed by those between it and the authorities
     * @param key its private key, PKCS#8 without a password
     * @param authorities the certificates of the authorities
     * @throws IllegalArgumentException naming the file and what is wrong with it, such as a certificate that has
     *     expired or that no authority has signed
     */
    public static TlsIdentity load(Path certificate, Path key, Path authorities) {
        X509Certificate[] chain = certificates(certificate).toArray(X509Certificate[]::new);
        PrivateKey secret = privateKey(key, chain[0]);
        TrustManagerFactory trust = trust(authorities);
        checkTrusted(certificate, chain, trust);
        checkPair(key, secret, chain[0]);
        try {
            KeyStore own = emptyStore();
            own.setKeyEntry("own", secret, NO_PASSWORD, chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(own, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return new TlsIdentity(context);
        } catch (GeneralSecurityException | IOException e) {
            throw bad(certificate, e);
        }
    }

    private static List<X509Certificate> certificates(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> all = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (all.isEmpty()) {
                throw new IllegalArgumentException(file + ": there is no certificate in it");
            }
            return all;
        } catch (GeneralSecurityException | IOException e) {
            throw bad(file, e);
        }
    }

    private static PrivateKey privateKey(Path file, Certificate certificate) {
        try {
            Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
            if (!pem.find()) {
                throw new IllegalArgumentException(
                        file + ": no PKCS#8 key without a password (BEGIN PRIVATE KEY) in it;"
                                + " `openssl pkcs8 -topk8 -nocrypt` makes one");
            }
            byte[] bytes = Base64.getMimeDecoder().decode(pem.group(1));
            return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (GeneralSecurityException | IOException e) {
            throw bad(file, e);
        }
    }

    private static TrustManagerFactory trust(Path file) {
        List<X509Certificate> authorities = certificates(file);
        try {
            KeyStore store = emptyStore();
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority " + i, authorities.get(i));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            return trust;
        } catch (GeneralSecurityException | IOException e) {
            throw bad(file, e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static void checkTrusted(Path file, X509Certificate[] chain, TrustManagerFactory trust) {
        X509TrustManager manager = (X509TrustManager) trust.getTrustManagers()[0];
        try {
            manager.checkServerTrusted(chain, "UNKNOWN");
            manager.checkClientTrusted(chain, "UNKNOWN");
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(file + ": peers would refuse it: " + TlsTrouble.root(e), e);
        }
    }

    private static void checkPair(Path file, PrivateKey key, X509Certificate certificate) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        boolean pair;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROTOCOLS[0].getBytes(StandardCharsets.US_ASCII));
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROTOCOLS[0].getBytes(StandardCharsets.US_ASCII));
            pair = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw bad(file, e);
        }
        if (!pair) {
            throw new IllegalArgumentException(file + ": this is not the key of the certificate "
                    + certificate.getSubjectX500Principal().getName());
        }
    }

    private static IllegalArgumentException bad(Path file, Exception cause) {
        return new IllegalArgumentException(file + ": " + TlsTrouble.root(cause), cause);
    }

    /**
     * {@return what encrypts one connection and asks the peer for its certificate; {@code calling} says who began it}
     */
    SslHandler handler(boolean calling) {
        SSLEngine engine = context.createSSLEngine(); // Without the peer's name: nothing is resumed, all are checked.
        engine.setUseClientMode(calling);
        engine.setNeedClientAuth(!calling);
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setEnabledCipherSuites(CIPHERS);
        SslHandler handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(0); // Whoever waits for the whole handshake has a bound.
        return handler;
    }
}
