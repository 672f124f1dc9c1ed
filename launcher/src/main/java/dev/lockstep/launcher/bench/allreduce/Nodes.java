package dev.lockstep.launcher.bench.allreduce;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The machines that measure together.
 *
 * @param count how many
 * @param rank which of them this one is, from 0
 * @param rendezvous where they meet: an address of the first, {@code host:port}; empty for one machine
 * @param network the addresses that data goes over, as in {@code 10.0.0.0/24}; empty for those that lead to the
 *     rendezvous
 * @param token the secret that all of them know
 */
public record Nodes(int count, int rank, String rendezvous, String network, String token) {
    /** {@return this machine alone, with a secret of its own} */
    public static Nodes alone(String token) {
        return new Nodes(1, 0, "", "", token);
    }

    /** {@return where the machines meet} */
    InetSocketAddress meeting() {
        int colon = rendezvous.lastIndexOf(':');
        return new InetSocketAddress(rendezvous.substring(0, colon), Integer.parseInt(rendezvous.substring(colon + 1)));
    }

    /**
     * {@return the address of this machine that data goes over}
     *
     * @throws LaunchException if it has none in the network
     */
    String host() {
        if (count == 1) {
            return "127.0.0.1";
        }
        try {
            return network.isEmpty() ? towards(meeting()) : within().orElseThrow(this::noAddress);
        } catch (SocketException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "bench allreduce: no way to " + rendezvous + ": " + e);
        }
    }

    private static String towards(InetSocketAddress meeting) throws SocketException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(meeting); // Sends nothing, but asks the system for a way.
            return socket.getLocalAddress().getHostAddress();
        }
    }

    private Optional<String> within() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(this::isWithin)
                .map(InetAddress::getHostAddress)
                .findFirst();
    }

    private boolean isWithin(InetAddress address) {
        String[] parts = network.split("/", -1);
        byte[] mine = address.getAddress();
        byte[] theirs = bytes(parts[0]);
        int bits = Integer.parseInt(parts[1]);
        return mine.length == theirs.length && prefix(mine, bits).equals(prefix(theirs, bits));
    }

    private static byte[] bytes(String address) {
        try {
            return InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException e) {
            throw new LaunchException(ExitCode.USAGE, "--network: " + address + " is no address");
        }
    }

    private static String prefix(byte[] address, int bits) {
        return Stream.of(HexFormat.of().formatHex(address).split("", -1))
                .filter(digit -> !digit.isEmpty())
                .map(digit ->
                        Integer.toBinaryString(16 + Integer.parseInt(digit, 16)).substring(1))
                .reduce("", String::concat)
                .substring(0, bits);
    }

    private LaunchException noAddress() {
        return new LaunchException(ExitCode.ENVIRONMENT, "--network: this machine has no address in " + network);
    }
}
