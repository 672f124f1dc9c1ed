package dev.lockstep.launcher.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinkServerTest {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private LinkServer server;

    @BeforeEach
    void open() throws IOException {
        server = LinkServer.open("secret", new LinkServer.Listener() {
            @Override
            public void connected(String worker, Link<AgentMessage, WorkerMessage> link) {
                heard.add("connected " + worker);
                link.send(new AgentMessage.Stop("hello " + worker));
            }

            @Override
            public void received(String worker, WorkerMessage message) {
                heard.add(worker + " " + message);
            }

            @Override
            public void disconnected(String worker, String why) {
                heard.add("disconnected " + worker);
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private Link<WorkerMessage, AgentMessage> connect() throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(server.socket()));
        return new Link<>(channel, MessageCodec.ofWorker(), MessageCodec.ofAgent(), "test");
    }

    private String next() throws InterruptedException {
        return String.valueOf(heard.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void hearsWhoKnowsTheToken() throws Exception {
        try (var link = connect()) {
            link.send(new WorkerMessage.Hello("secret", "w1"));
            link.send(new WorkerMessage.Formed(7));
            assertEquals("connected w1", next());
            assertEquals(Optional.of(new AgentMessage.Stop("hello w1")), link.receive());
            assertEquals("w1 Formed[generation=7]", next());
        }
        assertEquals("disconnected w1", next());
    }

    @Test
    void isDeafToStrangers() throws Exception {
        try (var link = connect()) {
            link.send(new WorkerMessage.Hello("guess", "w1"));
            assertEquals(Optional.empty(), link.receive());
        }
        try (var link = connect()) {
            link.send(new WorkerMessage.Formed(1));
            assertEquals(Optional.empty(), link.receive());
        }
        assertTrue(heard.isEmpty(), heard.toString());
    }

    @Test
    void letsOnlyItsUserNear() throws Exception {
        assertEquals(PosixFilePermissions.fromString("rwx------"), Files.getPosixFilePermissions(server.folder()));
    }

    @Test
    void leavesNothingBehind() throws Exception {
        Path folder = server.folder();
        server.close();
        assertFalse(Files.exists(folder));
        open();
    }

    @Test
    void removesWhatAKilledAgentLeft() throws Exception {
        Path abandoned = Files.createTempDirectory("lockstep-");
        var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(abandoned.resolve("link"))).close();
        Files.writeString(abandoned.resolve("box-1"), "a worker's last place");
        LinkServer living = server;
        open();
        assertFalse(Files.exists(abandoned));
        assertTrue(Files.exists(living.socket()));
        living.close();
    }
}
