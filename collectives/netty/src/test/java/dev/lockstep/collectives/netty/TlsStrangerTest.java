package dev.lockstep.collectives.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.collectives.wire.Hello;
import dev.lockstep.collectives.wire.WireIdentity;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is let in, and who calls whom, where connections are encrypted. The other end is the JDK's own TLS. */
class TlsStrangerTest {
    private static final WireIdentity IDENTITY = TcpRanks.identity("secret");
    private static final X509Bundle ANOTHER = Certificates.authority("CN=another authority");
    private static final X509Bundle FOREIGN = Certificates.issued(ANOTHER, Duration.ofDays(1));
    private static final X509Bundle EXPIRED = Certificates.issued(Certificates.AUTHORITY, Duration.ofDays(-1));
    private static final TlsIdentity TLS = Certificates.identity(Certificates.MEMBER, Certificates.AUTHORITY);

    private final TcpRanks ranks = new TcpRanks();
    private final TcpOptions plain = TcpRanks.options().withOnRefusal(ranks.refusals()::add);
    private final TcpOptions encrypted = plain.withTls(TLS);

    @AfterEach
    void closeEndpoints() {
        ranks.close();
    }

    /** Calls over the JDK's TLS and says hello; ends when it is sent away. */
    private static void call(TcpEndpoint listener, SSLContext context) {
        int port = Integer.parseInt(listener.address().substring("127.0.0.1:".length()));
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) TcpRanks.BOUND.toMillis());
            socket.getOutputStream().write(new byte[Hello.BYTES]);
            assertEquals(-1, socket.getInputStream().read());
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("it is still listened to", e);
        } catch (IOException refused) {
            // An alert, or the connection is gone: both are a no.
        }
    }

    private void assertCallerRefused(SSLContext context, String reason) throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, encrypted);
        call(zero, context);
        ranks.assertReported(reason);
        ranks.assertOthersCanJoin(zero, IDENTITY, encrypted);
    }

    @Test
    void aCallerOfAnotherAuthorityIsSentAway() throws InterruptedException {
        assertCallerRefused(Certificates.context(FOREIGN, Certificates.AUTHORITY), "its certificate is refused");
    }

    @Test
    void aCallerWhoseCertificateHasExpiredIsSentAway() throws InterruptedException {
        assertCallerRefused(Certificates.context(EXPIRED, Certificates.AUTHORITY), "NotAfter");
    }

    @Test
    void aCallerWithoutACertificateIsSentAway() throws Exception {
        SSLContext nobody = SSLContext.getInstance("TLS");
        nobody.init(null, Certificates.AUTHORITY.toTrustManagerFactory().getTrustManagers(), null);
        assertCallerRefused(nobody, "it shows no certificate");
    }

    @Test
    void aMemberWhoIsNotOfTheJobIsSentAway() throws InterruptedException {
        SSLContext member = Certificates.context(Certificates.MEMBER, Certificates.AUTHORITY);
        assertCallerRefused(member, "no Lockstep handshake");
    }

    @Test
    void aCallerInPlainTextIsSentAwayAndToldWhy() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, encrypted);
        TcpEndpoint one = ranks.endpoint(IDENTITY, plain);
        assertLost(one, zero.address(), "TLS must be on at both ends");
        ranks.assertReported("it does not speak TLS");
        ranks.assertOthersCanJoin(zero, IDENTITY, encrypted);
    }

    @Test
    void aCallerInTlsIsSentAwayByAListenerWithout() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, plain);
        TcpEndpoint one = ranks.endpoint(IDENTITY, encrypted);
        assertLost(one, zero.address(), "TLS must be on at both ends");
        ranks.assertReported("no Lockstep handshake");
    }

    @Test
    void anotherTokenIsRefusedOverTlsAsWell() throws InterruptedException {
        TcpEndpoint zero = ranks.endpoint(IDENTITY, encrypted);
        assertLost(ranks.endpoint(TcpRanks.identity("guessed"), encrypted), zero.address(), "token");
        ranks.assertOthersCanJoin(zero, IDENTITY, encrypted);
    }

    private static void assertLost(TcpEndpoint one, String listener, String reason) {
        List<String> all = List.of(listener, one.address(), "127.0.0.1:9");
        // Rank 2 never comes: whoever is refused must not wait for it.
        CollectiveException error =
                assertThrows(CollectiveException.class, () -> one.join(1, 1, all, Duration.ofHours(1)));
        assertTrue(error instanceof PeerLostException lost && lost.peer() == 0, error.getMessage());
        assertTrue(error.getMessage().contains(listener), error.getMessage());
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }

    private void assertListenerRefused(X509Bundle shown, String reason) throws Exception {
        SSLContext context = Certificates.context(shown, Certificates.AUTHORITY);
        try (SSLServerSocket listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            FutureTask<Boolean> answered = Ranks.start("listener", () -> {
                try (Socket caller = listener.accept()) {
                    return caller.getInputStream().read() >= 0;
                } catch (IOException refused) {
                    return false;
                }
            });
            TcpEndpoint one = ranks.endpoint(IDENTITY, encrypted);
            assertLost(one, "127.0.0.1:" + listener.getLocalPort(), reason);
            assertEquals(false, Ranks.join(answered, "listener"), "a hello was sent to a stranger");
        }
    }

    @Test
    void aListenerOfAnotherAuthorityIsNotSpokenTo() throws Exception {
        assertListenerRefused(FOREIGN, "its certificate is refused");
    }

    @Test
    void aListenerWhoseCertificateHasExpiredIsNotSpokenTo() throws Exception {
        assertListenerRefused(EXPIRED, "NotAfter");
    }
}
