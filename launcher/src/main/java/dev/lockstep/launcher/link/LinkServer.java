package dev.lockstep.launcher.link;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * The agent's end of all links: a socket in a private folder. Whoever connects must first say the token. Thread-safe.
 */
public final class LinkServer implements AutoCloseable {
    /** Hears of links; called from one thread a link. */
    public interface Listener {
        /** A worker has proved itself. */
        void connected(String worker, Link<AgentMessage, WorkerMessage> link);

        /** A worker said something. */
        void received(String worker, WorkerMessage message);

        /** A worker's stream has ended, or carried something else than messages. */
        void disconnected(String worker, String why);
    }

    private static final String PREFIX = "lockstep-";
    private static final String SOCKET = "link";

    private final Path folder;
    private final ServerSocketChannel server;
    private final String token;
    private final Listener listener;

    private LinkServer(Path folder, ServerSocketChannel server, String token, Listener listener) {
        this.folder = folder;
        this.server = server;
        this.token = token;
        this.listener = listener;
    }

    /**
     * Opens a socket in a folder of its own that only this user may enter.
     *
     * @throws IOException if the temporary folder cannot be written
     */
    public static LinkServer open(String token, Listener listener) throws IOException {
        Path folder = Files.createTempDirectory(
                PREFIX, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        removeAbandoned(folder.toAbsolutePath().resolveSibling(".").normalize());
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(folder.resolve(SOCKET)));
        LinkServer server = new LinkServer(folder, channel, token, listener);
        Thread.ofPlatform().daemon().name("link-accept").start(server::accept);
        return server;
    }

    /** An agent that was killed leaves its folder behind, with a socket on which nobody listens. */
    private static void removeAbandoned(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                if (Files.isWritable(folder) && isAbandoned(folder.resolve(SOCKET))) {
                    remove(folder);
                }
            }
        }
    }

    private static boolean isAbandoned(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel answered = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return !answered.isConnected();
        } catch (ConnectException refused) {
            return true;
        } catch (IOException unclear) {
            return false; // Another user's, or gone meanwhile.
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    /** {@return the folder of the socket and of the workers' black boxes} */
    public Path folder() {
        return folder;
    }

    /** {@return the socket's path} */
    public Path socket() {
        return folder.resolve(SOCKET);
    }

    @Override
    public void close() throws IOException {
        server.close();
        remove(folder);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                Thread.ofPlatform().daemon().name("link-read").start(() -> serve(channel));
            } catch (IOException e) {
                return; // Closed.
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (Link<AgentMessage, WorkerMessage> link =
                new Link<>(channel, MessageCodec.ofAgent(), MessageCodec.ofWorker(), "link-send")) {
            Optional<String> worker = greet(link);
            if (worker.isEmpty()) {
                return;
            }
            listener.connected(worker.get(), link);
            listener.disconnected(worker.get(), pump(worker.get(), link));
        }
    }

    private Optional<String> greet(Link<AgentMessage, WorkerMessage> link) {
        try {
            return link.receive()
                    .filter(first -> first instanceof WorkerMessage.Hello hello && proves(hello))
                    .map(first -> ((WorkerMessage.Hello) first).worker());
        } catch (LinkException e) {
            return Optional.empty(); // A stranger: it is not heard.
        }
    }

    private boolean proves(WorkerMessage.Hello hello) {
        return MessageDigest.isEqual(
                token.getBytes(StandardCharsets.UTF_8), hello.token().getBytes(StandardCharsets.UTF_8));
    }

    private String pump(String worker, Link<AgentMessage, WorkerMessage> link) {
        try {
            for (var next = link.receive(); next.isPresent(); next = link.receive()) {
                listener.received(worker, next.get());
            }
            return "its link ended";
        } catch (LinkException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
