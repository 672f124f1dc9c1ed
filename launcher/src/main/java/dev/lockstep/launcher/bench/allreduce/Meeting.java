package dev.lockstep.launcher.bench.allreduce;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where machines tell one another how their ranks are reached: each sends one line to the first, with a proof that it
 * knows the secret, and gets one back.
 */
final class Meeting {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int LINE_MAX = 1 << 16;

    private final Nodes nodes;

    Meeting(Nodes nodes) {
        this.nodes = nodes;
    }

    /**
     * {@return the addresses of all ranks, in order}
     *
     * @throws IOException if a machine does not come in time, or cannot prove that it is one of them
     */
    List<String> exchange(List<String> mine) throws IOException {
        if (nodes.count() == 1) {
            return mine;
        }
        String line = nodes.rank() + " " + String.join(" ", mine);
        List<String> words = nodes.rank() == 0 ? host(line) : visit(line);
        return words.subList(1, words.size());
    }

    private List<String> host(String mine) throws IOException {
        String[] lines = new String[nodes.count()];
        lines[0] = mine;
        List<Socket> guests = new ArrayList<>();
        try (ServerSocket listener = new ServerSocket()) {
            listener.setReuseAddress(true);
            listener.bind(nodes.meeting());
            listener.setSoTimeout((int) PATIENCE.toMillis());
            while (Arrays.asList(lines).contains(null)) {
                Socket guest = listener.accept();
                guests.add(guest);
                guest.setSoTimeout((int) PATIENCE.toMillis());
                String line = read(guest);
                lines[Integer.parseInt(line.substring(0, line.indexOf(' ')))] = line;
            }
            StringBuilder all = new StringBuilder("all");
            for (String line : lines) {
                all.append(line.substring(line.indexOf(' ')));
            }
            for (Socket guest : guests) {
                write(guest, all.toString());
            }
            return List.of(all.toString().split(" ", -1));
        } finally {
            for (Socket guest : guests) {
                guest.close();
            }
        }
    }

    private List<String> visit(String mine) throws IOException {
        long since = System.nanoTime();
        while (true) {
            try (Socket host = new Socket()) {
                InetSocketAddress meeting = nodes.meeting();
                host.connect(meeting, (int) PATIENCE.toMillis());
                host.setSoTimeout((int) PATIENCE.toMillis());
                write(host, mine);
                return List.of(read(host).split(" ", -1));
            } catch (ConnectException notYet) {
                if (System.nanoTime() - since > PATIENCE.toNanos()) {
                    throw notYet;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void write(Socket socket, String line) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((line + " " + proof(line) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private String read(Socket socket) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), LINE_MAX);
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() == LINE_MAX) {
                throw new IOException(socket.getRemoteSocketAddress() + " does not speak the language of this bench");
            }
            line.append((char) next);
        }
        int space = line.lastIndexOf(" ");
        String said = space < 0 ? "" : line.substring(0, space);
        byte[] proof = line.substring(space + 1).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(proof(said).getBytes(StandardCharsets.UTF_8), proof)) {
            throw new IOException(socket.getRemoteSocketAddress() + " does not know the token");
        }
        return said;
    }

    private String proof(String line) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(nodes.token().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(line.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException absent) {
            throw new AssertionError("every JDK has HmacSHA256", absent);
        }
    }
}
