package dev.lockstep.launcher.bench.allreduce;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lockstep.collectives.ProcessGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;

/**
 * What one plain connection between the first two machines gets, which no collective can exceed by much: the bytes a
 * second from the last rank, which is never on the machine of the first, to the first.
 */
final class LinkCeiling {
    private static final int TRIALS = 3;
    private static final int BUFFER_BYTES = 256 << 10;
    private static final long TRIAL_NANOS = 300_000_000;
    private static final int PATIENCE_MILLIS = 60_000;

    private final ProcessGroup group;
    private final String firstHost;

    LinkCeiling(ProcessGroup group, String firstHost) {
        this.group = group;
        this.firstHost = firstHost;
    }

    /** {@return 10^9 bytes a second on rank 0, 0 on the others; every rank calls this} */
    double measure() throws IOException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment port = arena.allocate(JAVA_INT);
            double rate = group.rank() == 0 ? receive(port) : 0;
            if (group.rank() != 0) {
                group.broadcast(port, 0).await(group.timeout());
                if (group.rank() == group.size() - 1) {
                    send(port.get(JAVA_INT, 0));
                }
            }
            group.barrier().await(group.timeout());
            return rate;
        }
    }

    private double receive(MemorySegment port) throws IOException {
        double[] rates = new double[TRIALS];
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName(firstHost))) {
            listener.setSoTimeout(PATIENCE_MILLIS);
            port.set(JAVA_INT, 0, listener.getLocalPort());
            group.broadcast(port, 0).await(group.timeout());
            try (Socket socket = listener.accept()) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                for (int trial = 0; trial < TRIALS; trial++) {
                    rates[trial] = rate(socket.getInputStream());
                }
            }
        }
        Arrays.sort(rates);
        return rates[TRIALS / 2];
    }

    /** The first piece of time goes by uncounted: a shaped link begins with a burst. */
    private static double rate(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long bytes = 0;
        long counted = System.nanoTime() + TRIAL_NANOS / 3;
        long since = 0;
        while (since == 0 || System.nanoTime() - since < TRIAL_NANOS) {
            int count = in.read(buffer);
            if (count < 0) {
                throw new IOException("the connection that measures the link has ended");
            }
            if (since != 0) {
                bytes += count;
            } else if (System.nanoTime() >= counted) {
                since = System.nanoTime();
            }
        }
        return bytes / (double) (System.nanoTime() - since);
    }

    private void send(int port) {
        byte[] zeros = new byte[BUFFER_BYTES];
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(firstHost, port), PATIENCE_MILLIS);
            OutputStream out = socket.getOutputStream();
            while (true) {
                out.write(zeros);
            }
        } catch (IOException enough) {
            // The receiver hangs up when it has seen enough.
            assert enough.getMessage() != null;
        }
    }
}
