package dev.lockstep.collectives.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Arrival;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.transport.Waiter;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One rank's end of a simulated network. It takes packets in any order and any number of times, gives a peer up that
 * sends a damaged one, and asks for nothing again: what is lost stays lost.
 */
final class SimulatedTransport implements Transport {
    private static final Envelope NO_MESSAGE =
            new Envelope(new Tag(0, -1, 0, 0), Signature.ofBytes(Signature.Kind.BARRIER, 0, 0));

    private final SimulatedNetwork network;
    private final int rank;
    private final int size;
    private final Mailbox mailbox;
    private final Map<Long, Incoming>[] incoming;
    private final @Nullable CollectiveException[] lost;
    private @Nullable CollectiveException ended;
    private long sent;

    @SuppressWarnings({"unchecked", "rawtypes"}) // There is no other way to make an array of maps.
    SimulatedTransport(SimulatedNetwork network, int rank, int size) {
        this.network = network;
        this.rank = rank;
        this.size = size;
        this.mailbox = new Mailbox(size, Long.MAX_VALUE, _ -> {}, network.schedule());
        this.incoming = new Map[size];
        for (int peer = 0; peer < size; peer++) {
            incoming[peer] = new HashMap<>();
        }
        this.lost = new @Nullable CollectiveException[size];
    }

    /** A message of which some packets have come. */
    private static final class Incoming {
        private final Arrival arrival;
        private final Set<Integer> offsets = new HashSet<>();
        private int left;

        Incoming(Arrival arrival, int packets) {
            this.arrival = arrival;
            this.left = packets;
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public long generation() {
        return 1;
    }

    @Override
    public String address(int peer) {
        return "simulated:" + peer;
    }

    @Override
    public Waiter waiter() {
        return network.schedule();
    }

    /** The bytes are taken some time later, when the work is done: whoever changes them before sends nonsense. */
    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        PendingWork work = new PendingWork("a message to rank " + peer, waiter());
        CollectiveException reason = ended != null ? ended : lost[peer];
        if (reason != null) {
            work.fail(reason);
            return work;
        }
        Packet.Message message = new Packet.Message(envelope, Math.toIntExact(data.byteSize()), sent++, null);
        network.schedule().at(network.schedule().now() + network.delay(), () -> depart(peer, message, data, work));
        return work;
    }

    private void depart(int peer, Packet.Message message, MemorySegment data, PendingWork work) {
        CollectiveException reason = ended != null ? ended : lost[peer];
        if (reason != null) {
            work.fail(reason);
            return;
        }
        int packetBytes = network.weather().packetBytesMax();
        for (int at = 0; at == 0 || at < message.sizeBytes(); at += packetBytes) {
            int count = Math.min(packetBytes, message.sizeBytes() - at);
            byte[] bytes = data.asSlice(at, count).toArray(JAVA_BYTE);
            network.transmit(rank, peer, Packet.of(message, at, bytes));
        }
        work.complete();
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        return mailbox.receive(peer, envelope, target);
    }

    /** Takes a packet in. */
    void arrive(int from, Packet packet) {
        if (ended != null || lost[from] != null) {
            return;
        }
        if (!packet.isIntact()) {
            lose(from, PeerLostException.of(from, address(from), "a checksum is wrong", null));
        } else if (packet.message().farewell() != null) {
            lose(
                    from,
                    PeerLostException.passedOn(
                            from, address(from), packet.message().farewell()));
        } else {
            take(from, packet);
        }
    }

    private void take(int from, Packet packet) {
        Packet.Message message = packet.message();
        Incoming known = incoming[from].get(message.number());
        if (known == null) {
            int packets = Math.max(
                    1, Math.ceilDiv(message.sizeBytes(), network.weather().packetBytesMax()));
            known = new Incoming(mailbox.begin(from, message.envelope(), message.sizeBytes()), packets);
            incoming[from].put(message.number(), known);
        }
        if (known.offsets.add(packet.offset())) {
            known.arrival.write(packet.offset(), MemorySegment.ofArray(packet.bytes()));
            known.left--;
            if (known.left == 0) {
                known.arrival.finish();
            }
        }
    }

    private void lose(int peer, CollectiveException reason) {
        lost[peer] = reason;
        mailbox.lose(peer, reason);
    }

    @Override
    public boolean abort(CollectiveException reason) {
        if (ended == null) {
            ended = reason;
            mailbox.close(reason);
            Packet.Message farewell = new Packet.Message(NO_MESSAGE, 0, sent++, reason);
            for (int peer = 0; peer < size; peer++) {
                if (peer != rank) {
                    network.transmit(rank, peer, Packet.of(farewell, 0, new byte[0]));
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        abort(new GroupAbortedException("rank " + rank + " closed generation 1"));
    }
}
