package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.netty.TcpEndpoint;
import dev.lockstep.collectives.netty.TcpOptions;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What connects the workers of a test. Thread-safe. */
interface Wire extends AutoCloseable {
    /** Connects one member of a generation; may wait for the others. */
    Transport connect(long generation, int worker, List<Integer> members);

    /** Breaks all connections of a worker, as its death does. */
    void kill(int worker);

    /** Ends what forms for generations older than this one. */
    default void fence(long generation) {}

    @Override
    void close();

    /** The wires there are. */
    enum Kind {
        THREADS,
        SHARED,
        TCP;

        Wire open(int workers) {
            return switch (this) {
                case THREADS -> new Threads(false);
                case SHARED -> new Threads(true);
                case TCP -> new Tcp(workers);
            };
        }
    }

    /** Connects threads, by messages or by memory that they share. */
    final class Threads implements Wire {
        private final Map<Long, List<Transport>> generations = new HashMap<>();
        private final Map<Integer, Transport> latest = new HashMap<>();
        private final boolean shared;

        private Threads(boolean shared) {
            this.shared = shared;
        }

        @Override
        public synchronized Transport connect(long generation, int worker, List<Integer> members) {
            List<Transport> all = generations.computeIfAbsent(
                    generation,
                    number -> shared
                            ? InProcessTransport.connectShared(members.size(), number, System::nanoTime)
                            : InProcessTransport.connect(members.size(), number));
            Transport mine = all.get(members.indexOf(worker));
            latest.put(worker, mine);
            return mine;
        }

        @Override
        public void kill(int worker) {
            latest.get(worker).close();
        }

        @Override
        public void close() {}
    }

    /** Connects workers over the loopback interface. */
    final class Tcp implements Wire {
        private static final Duration BOUND = Duration.ofSeconds(20);

        private final List<TcpEndpoint> endpoints = new ArrayList<>();

        private Tcp(int workers) {
            WireIdentity identity = new WireIdentity("run", 1, "secret".getBytes(StandardCharsets.UTF_8));
            for (int worker = 0; worker < workers; worker++) {
                endpoints.add(TcpEndpoint.bind("127.0.0.1", 0, identity, TcpOptions.defaults(System::nanoTime)));
            }
        }

        @Override
        public Transport connect(long generation, int worker, List<Integer> members) {
            List<String> addresses = members.stream()
                    .map(member -> endpoints.get(member).address())
                    .toList();
            return endpoints.get(worker).join(generation, members.indexOf(worker), addresses, BOUND);
        }

        @Override
        public void kill(int worker) {
            endpoints.get(worker).close();
        }

        @Override
        public void fence(long generation) {
            endpoints.forEach(endpoint -> endpoint.fence(generation));
        }

        @Override
        public void close() {
            endpoints.forEach(TcpEndpoint::close);
        }
    }
}
