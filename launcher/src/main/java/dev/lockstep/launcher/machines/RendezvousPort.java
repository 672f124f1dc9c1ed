package dev.lockstep.launcher.machines;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out, before anything starts, whether this machine can listen where it is to be found. */
public final class RendezvousPort {
    private static final int LOCAL_ADDRESS_FIELD = 1;
    private static final int STATE_FIELD = 3;
    private static final int INODE_FIELD = 9;
    private static final String LISTENING = "0A";

    private RendezvousPort() {}

    /**
     * Checks an address of the form {@code host:port}.
     *
     * @throws LaunchException if the host is not this machine, or if the port is taken, naming who holds it
     */
    public static void requireFree(String rendezvous) {
        InetAddress host = resolve(Founding.hostOf(rendezvous));
        int port = Integer.parseInt(rendezvous.substring(rendezvous.lastIndexOf(':') + 1));
        requireOwn(host, rendezvous);
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    "--rendezvous " + rendezvous + ": port " + port + " cannot be opened: " + e.getMessage()
                            + holder(port).map(who -> "; it is held by " + who).orElse("")
                            + "; choose another port",
                    e);
        }
    }

    private static InetAddress resolve(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "--rendezvous: there is no host " + host, e);
        }
    }

    private static void requireOwn(InetAddress host, String rendezvous) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(host, 0));
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    "--rendezvous " + rendezvous + " is no address of this machine, which founds the job",
                    e);
        }
    }

    /** {@return the process that listens on a port, if this user may see it} */
    private static Optional<String> holder(int port) {
        String local = String.format(Locale.ROOT, ":%04X", port);
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(table -> lines(Path.of(table)))
                .map(line -> line.strip().split(" +", -1))
                .filter(field -> field.length > INODE_FIELD
                        && field[LOCAL_ADDRESS_FIELD].endsWith(local)
                        && field[STATE_FIELD].equals(LISTENING))
                .map(field -> "socket:[" + field[INODE_FIELD] + "]")
                .findFirst()
                .flatMap(RendezvousPort::ownerOf);
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            return Stream.empty(); // No such table here: the holder stays unnamed.
        }
    }

    private static Optional<String> ownerOf(String socket) {
        return ProcessHandle.allProcesses()
                .filter(process -> holds(process.pid(), socket))
                .findFirst()
                .map(process -> process.info().command().orElse("a process") + " (pid " + process.pid() + ")");
    }

    private static boolean holds(long pid, String socket) {
        try (var files = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : files) {
                if (Files.readSymbolicLink(file).toString().equals(socket)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // Another user's, or gone.
        }
    }
}
