package dev.lockstep.launcher.bench.allreduce;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.CostProbe;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.aeron.AeronEndpoint;
import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.collectives.netty.TcpEndpoint;
import dev.lockstep.collectives.netty.TcpOptions;
import dev.lockstep.collectives.shared.SharedIdentity;
import dev.lockstep.collectives.shared.SharedMemory;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import dev.lockstep.launcher.AeronFolder;
import dev.lockstep.launcher.SharedFolder;
import dev.lockstep.launcher.TlsFiles;
import dev.lockstep.launcher.VectorReduceKernel;
import dev.lockstep.layout.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * The main class of one rank's process. It says {@code address A} on its standard output, reads {@code A0 A1 ...} of
 * all ranks from its standard input, and rank 0 writes one line of JSON a size. It ends when its input does.
 */
final class RankMain {
    static final String ADDRESS = "address ";
    static final String TOKEN_VARIABLE = "LOCKSTEP_TOKEN";

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String RUN = "bench";
    private static final int PROBES = 20;
    private static final GroupOptions OPTIONS =
            GroupOptions.defaults().withTimeout(TIMEOUT).withKernel(new VectorReduceKernel());

    private RankMain() {}

    /**
     * Runs a rank.
     *
     * @param arguments rank, workers, transport, seconds, the address to listen on, algorithm, dtype, operation,
     *     sockets, three files for TLS, and the sizes; the secret is in the environment
     */
    public static void main(String[] arguments) throws Exception {
        int rank = Integer.parseInt(arguments[0]);
        AllReduceOptions options = new AllReduceOptions(
                Integer.parseInt(arguments[1]),
                AllReduceOptions.Transport.valueOf(arguments[2]),
                new AllReduceOptions.Tcp(
                        Integer.parseInt(arguments[8]), new TlsFiles(arguments[9], arguments[10], arguments[11])),
                new AllReduceOptions.Sum(
                        Algorithm.valueOf(arguments[5]), DType.valueOf(arguments[6]), ReduceOp.valueOf(arguments[7])),
                Arrays.stream(arguments).skip(12).map(Long::valueOf).toList(),
                Double.parseDouble(arguments[3]),
                true);
        new VectorReduceKernel().warmUp();
        switch (options.transport()) {
            case INPROCESS -> threads(options);
            case SHM -> shared(rank, options);
            case TCP -> tcp(rank, options, arguments[4]);
            case AERON -> aeron(rank, options, arguments[4]);
        }
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** {@return what a link between the machines gets, if there are several} */
    private static OptionalDouble ceiling(Transport transport, ProcessGroup group) throws IOException {
        String first = host(transport.address(0));
        return first.equals(host(transport.address(group.size() - 1)))
                ? OptionalDouble.empty()
                : OptionalDouble.of(new LinkCeiling(group, first).measure());
    }

    private static String host(String address) {
        int colon = address.lastIndexOf(':');
        return colon < 0 ? "" : address.substring(0, colon);
    }

    private static void threads(AllReduceOptions options) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (Transport transport : InProcessTransport.connectShared(options.workers(), 1, System::nanoTime)) {
            threads.add(Thread.ofPlatform().start(() -> benchThread(transport, options)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void benchThread(Transport transport, AllReduceOptions options) {
        try {
            bench(transport, options);
        } catch (IOException e) {
            throw new UncheckedIOException("bench allreduce: " + e.getMessage(), e);
        }
    }

    private static String token() {
        return Objects.requireNonNull(System.getenv(TOKEN_VARIABLE), TOKEN_VARIABLE + " is not set");
    }

    private static void shared(int rank, AllReduceOptions options) throws IOException {
        List<String> addresses = exchange("process " + ProcessHandle.current().pid());
        SharedMemory memory = SharedFolder.open(new SharedIdentity(RUN, 1, token()));
        bench(
                memory.join(1, rank, addresses, TIMEOUT)
                        .orElseThrow(() -> new IllegalStateException("no room in " + SharedFolder.path())),
                options);
    }

    private static void tcp(int rank, AllReduceOptions options, String host) throws IOException {
        TcpOptions tcp =
                TcpOptions.defaults(System::nanoTime).withSockets(options.tcp().sockets());
        try (TcpEndpoint endpoint =
                TcpEndpoint.bind(host, 0, identity(), options.tcp().tls().on(tcp))) {
            bench(endpoint.join(1, rank, exchange(endpoint.address()), TIMEOUT), options);
        }
    }

    private static void aeron(int rank, AllReduceOptions options, String host) throws IOException {
        AeronFolder.require(options.workers());
        try (AeronEndpoint endpoint = AeronEndpoint.open(host, identity(), AeronFolder.options())) {
            bench(endpoint.join(1, rank, exchange(endpoint.address()), TIMEOUT), options);
        }
    }

    private static WireIdentity identity() {
        return new WireIdentity(RUN, 1, token().getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> exchange(String mine) throws IOException {
        System.out.println(ADDRESS + mine.replace(' ', '_'));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String all = in.readLine();
        if (all == null) {
            throw new IOException("the bench has ended");
        }
        Thread.ofPlatform().daemon().start(() -> endWith(in));
        return List.of(all.split(" "));
    }

    private static void endWith(BufferedReader in) {
        try {
            while (in.readLine() != null) {
                // Nothing more is said.
            }
        } catch (IOException e) {
            System.err.println("bench: " + e);
        }
        Runtime.getRuntime().halt(1);
    }

    /** Probes often enough for the probe's own code to be compiled, for else few messages seem to be worth much. */
    private static CostModel costs(ProcessGroup group) {
        CostModel costs = CostModel.ASSUMED;
        for (int i = 0; i < PROBES; i++) {
            costs = new CostProbe(group, System::nanoTime).measure();
        }
        return costs;
    }

    private static void bench(Transport transport, AllReduceOptions options) throws IOException {
        try (TransportProcessGroup group = new TransportProcessGroup(transport, OPTIONS);
                Arena arena = Arena.ofShared()) {
            OptionalDouble ceiling = ceiling(transport, group);
            RankBench bench = new RankBench(group, options, arena);
            bench.warmUp();
            group.chooseBy(costs(group));
            bench.run(measured -> System.out.println(measured.limitedBy(ceiling).json()));
            group.barrier().await(TIMEOUT);
        }
    }
}
