package dev.lockstep.collectives.aeron;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Endpoints on the loopback interface that serve one test after the other, each in a generation of its own. */
final class AeronRanks implements AutoCloseable {
    static final Duration BOUND = Duration.ofSeconds(20);
    private static final int TERM_BYTES = 64 << 10;

    private final List<AeronDriver> drivers = new ArrayList<>();
    private final List<AeronEndpoint> endpoints = new ArrayList<>();
    private long generation;

    /** {@return ranks that run a driver each} */
    static AeronRanks alone() {
        return new AeronRanks();
    }

    /** {@return ranks of so many machines, in turn: each has one driver, by whose memory its ranks talk} */
    static AeronRanks sharing(int machines) {
        AeronRanks ranks = new AeronRanks();
        for (int i = 0; i < machines; i++) {
            ranks.drivers.add(AeronDriver.launch(options()));
        }
        return ranks;
    }

    private AeronOptions optionsOf(int rank) {
        return drivers.isEmpty()
                ? options()
                : options().withDriver(drivers.get(rank % drivers.size()).folder());
    }

    static WireIdentity identity(String token) {
        return new WireIdentity("run", 1, token.getBytes(StandardCharsets.UTF_8));
    }

    static AeronOptions options() {
        Path shared = Path.of("/dev/shm");
        Path folder = Files.isWritable(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir"));
        return AeronOptions.defaults(folder, System::nanoTime, System::currentTimeMillis)
                .withTermBytes(TERM_BYTES);
    }

    List<ProcessGroup> connect(int size, GroupOptions options) {
        while (endpoints.size() < size) {
            endpoints.add(AeronEndpoint.open("127.0.0.1", identity("secret"), optionsOf(endpoints.size())));
        }
        List<AeronEndpoint> mine = endpoints.subList(0, size);
        List<String> addresses = mine.stream().map(AeronEndpoint::address).toList();
        long next = ++generation;
        List<Transport> transports =
                Ranks.run(mine, endpoint -> endpoint.join(next, mine.indexOf(endpoint), addresses, BOUND));
        List<ProcessGroup> groups = new ArrayList<>();
        transports.forEach(transport -> groups.add(new TransportProcessGroup(transport, options)));
        return groups;
    }

    @Override
    public void close() {
        endpoints.forEach(AeronEndpoint::close);
        drivers.forEach(AeronDriver::close);
    }
}
