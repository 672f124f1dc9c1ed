package dev.lockstep.launcher.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.lockstep.launcher.LaunchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetcherTest {
    /** SHA-256 of "abc", as FIPS 180-4 gives it. */
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static final DataSet SET = new DataSet(
            "abc",
            "three letters",
            "CC0",
            URI.create("http://unused/"),
            List.of(new DataSet.RemoteFile("a", 23, 3, ABC)));

    @TempDir
    Path folder;

    private final Map<String, byte[]> served = new TreeMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            byte[] body = served.get(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
            if (body != null) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static byte[] packed(String content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private void fetch(boolean offline) {
        URI source = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        new Fetcher(_ -> {}).fetch(SET, folder, source, offline);
    }

    private void assertNothingWasKept() throws IOException {
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of(".lock"), files.map(f -> f.getFileName().toString()).toList());
        }
    }

    @Test
    void keepsWhatHasTheRightContentAndFetchesItOnce() throws IOException {
        served.put("/a.gz", packed("abc"));
        fetch(false);
        fetch(false);
        fetch(true);
        assertEquals(1, requests.get());
        assertEquals(Optional.empty(), Fetcher.problem(SET, folder));
    }

    @Test
    void acceptsPlainFilesToo() throws IOException {
        Files.writeString(folder.resolve("a"), "abc");
        assertEquals(Optional.empty(), Fetcher.problem(SET, folder));
    }

    @Test
    void refusesOtherContent() throws IOException {
        served.put("/a.gz", packed("abd"));
        LaunchException refused = assertThrows(LaunchException.class, () -> fetch(false));
        assertEquals(8, refused.exitCode());
        assertTrue(String.valueOf(refused.getMessage()).contains(ABC), refused.getMessage());
        assertNothingWasKept();
    }

    @Test
    void refusesWhatUnpacksToMoreThanItShould() throws IOException {
        served.put("/a.gz", packed("abc".repeat(1000)));
        assertEquals(8, assertThrows(LaunchException.class, () -> fetch(false)).exitCode());
        assertNothingWasKept();
    }

    @Test
    void refusesATruncatedFile() throws IOException {
        byte[] whole = packed("abc");
        served.put("/a.gz", java.util.Arrays.copyOf(whole, whole.length - 6));
        assertEquals(8, assertThrows(LaunchException.class, () -> fetch(false)).exitCode());
        assertNothingWasKept();
    }

    @Test
    void fetchesADamagedFileAgain() throws IOException {
        Files.writeString(folder.resolve("a.gz"), "damaged");
        served.put("/a.gz", packed("abc"));
        fetch(false);
        assertEquals(Optional.empty(), Fetcher.problem(SET, folder));
    }

    @Test
    void saysWhatTheServerAnswered() {
        LaunchException refused = assertThrows(LaunchException.class, () -> fetch(false));
        assertEquals(9, refused.exitCode());
        assertTrue(String.valueOf(refused.getMessage()).contains("404"), refused.getMessage());
    }

    @Test
    void staysOfflineWhenTold() {
        assertEquals(9, assertThrows(LaunchException.class, () -> fetch(true)).exitCode());
        assertEquals(0, requests.get());
    }

    @Test
    void namesWhatIsMissing() {
        assertTrue(Fetcher.problem(SET, folder).orElseThrow().contains("is missing"));
    }

    @Test
    void knowsFashionMnistByItsContent() {
        DataSet set = Catalog.named("fashion-mnist");
        assertEquals(4, set.files().size());
        assertEquals(16 + 60_000L * 28 * 28, set.files().getFirst().contentBytes());
        assertEquals(
                2,
                assertThrows(LaunchException.class, () -> Catalog.named("fashion"))
                        .exitCode());
    }
}
