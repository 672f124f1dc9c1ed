package dev.lockstep.collectives.aeron;

import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.Hello;
import dev.lockstep.collectives.wire.Refusals;
import dev.lockstep.collectives.wire.UntrustedException;
import dev.lockstep.collectives.wire.WireIdentity;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Subscription;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One generation being connected. On every stream the first message is a hello, the second a proof over both hellos;
 * nothing else is read before, and a stream that begins otherwise is never read again. Under the pump's lock.
 */
final class AeronJoin {
    private static final String ROLE = "aeron";

    private final AeronTransport.Member member;
    private final List<String> addresses;
    private final AeronPump pump;
    private final List<Subscription> incoming = new ArrayList<>();
    private final List<@Nullable Peer> peers = new ArrayList<>();
    private final Map<Image, Guest> guests = new HashMap<>();
    private final Refusals refusals;

    AeronJoin(AeronTransport.Member member, List<String> addresses, Aeron aeron, AeronPump pump, SecureRandom nonces) {
        this.member = member;
        this.addresses = addresses;
        this.pump = pump;
        this.refusals = new Refusals(member.options().onRefusal());
        String mine = addresses.get(member.rank());
        AeronChannels channels = new AeronChannels(member.options(), mine);
        listen(aeron, channels, mine, false);
        if (channels.isNear(mine)) {
            listen(aeron, channels, mine, true);
        }
        for (int rank = 0; rank < addresses.size(); rank++) {
            String address = addresses.get(rank);
            peers.add(rank == member.rank() ? null : new Peer(publish(aeron, channels, address), hello(nonces)));
        }
    }

    private void listen(Aeron aeron, AeronChannels channels, String mine, boolean near) {
        int stream = AeronChannels.stream(mine, near, member.generation());
        incoming.add(pump.locked(() -> aeron.addSubscription(channels.channel(mine, near), stream)));
    }

    private ExclusivePublication publish(Aeron aeron, AeronChannels channels, String address) {
        boolean near = channels.isNear(address);
        int stream = AeronChannels.stream(address, near, member.generation());
        return pump.locked(() -> aeron.addExclusivePublication(channels.channel(address, near), stream));
    }

    private byte[] hello(SecureRandom nonces) {
        byte[] nonce = new byte[Hello.NONCE_BYTES];
        nonces.nextBytes(nonce);
        return new Hello(
                        HexFormat.of().formatHex(member.identity().job()),
                        member.identity().attempt(),
                        member.generation(),
                        member.rank(),
                        addresses.size(),
                        0,
                        1,
                        HexFormat.of().formatHex(nonce))
                .encode();
    }

    /** A peer as far as it has been connected. */
    private static final class Peer {
        private final ExclusivePublication outgoing;
        private final byte[] mine;
        private byte @Nullable [] theirs;
        private @Nullable Image image;
        private boolean greeted;
        private boolean proved;
        private boolean trusted;

        Peer(ExclusivePublication outgoing, byte[] mine) {
            this.outgoing = outgoing;
            this.mine = mine;
        }

        boolean offer(byte[] bytes) {
            return outgoing.offer(new UnsafeBuffer(bytes)) > 0;
        }
    }

    /** Whoever sends to this port. */
    private static final class Guest {
        private @Nullable Peer peer;
        private boolean refused;
    }

    /** Goes on as far as it can; returns whether all are connected. */
    boolean step() {
        pump.invoke();
        incoming.forEach(subscription -> subscription.images().forEach(this::hear));
        boolean all = true;
        for (Peer peer : peers) {
            all &= peer == null || talk(peer);
        }
        return all;
    }

    private void hear(Image image) {
        Guest guest = guests.computeIfAbsent(image, _ -> new Guest());
        if (!guest.refused && (guest.peer == null || !guest.peer.trusted)) {
            image.poll((buffer, offset, length, _) -> listen(image, guest, buffer, offset, length), 1);
        }
    }

    private boolean talk(Peer peer) {
        peer.greeted = peer.greeted || peer.offer(peer.mine);
        byte[] theirs = peer.theirs;
        if (peer.greeted && theirs != null && !peer.proved) {
            peer.proved = peer.offer(member.identity().proof(ROLE, peer.mine, theirs));
        }
        return peer.proved && peer.trusted;
    }

    private void listen(Image image, Guest guest, DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[Math.min(length, Hello.BYTES + WireIdentity.PROOF_BYTES)];
        buffer.getBytes(offset, bytes);
        try {
            Peer known = guest.peer;
            if (known == null) {
                guest.peer = greet(image, bytes);
            } else {
                check(known, bytes);
            }
        } catch (UntrustedException untrusted) {
            guest.refused = true;
            refusals.refuse(image.sourceIdentity(), String.valueOf(untrusted.getMessage()));
        }
    }

    private Peer greet(Image image, byte[] bytes) {
        Hello theirs = Hello.decode(bytes);
        boolean fits = theirs.isOfJob(member.identity())
                && theirs.attempt() == member.identity().attempt()
                && theirs.generation() == member.generation()
                && theirs.size() == addresses.size()
                && theirs.rank() >= 0
                && theirs.rank() < addresses.size();
        Peer peer = fits ? peers.get(theirs.rank()) : null;
        if (peer == null || peer.image != null) {
            throw new UntrustedException("it is of another job, attempt or generation, or its rank is taken");
        }
        peer.theirs = bytes;
        peer.image = image;
        return peer;
    }

    private void check(Peer peer, byte[] proof) {
        byte[] theirs = java.util.Objects.requireNonNull(peer.theirs, "greeted");
        if (!MessageDigest.isEqual(member.identity().proof(ROLE, theirs, peer.mine), proof)) {
            peer.theirs = null;
            peer.image = null;
            throw new UntrustedException("it could not prove the job's token");
        }
        peer.trusted = true;
    }

    /** {@return the first rank that is not connected} */
    int missing() {
        for (int rank = 0; rank < peers.size(); rank++) {
            Peer peer = peers.get(rank);
            if (peer != null && !(peer.proved && peer.trusted)) {
                return rank;
            }
        }
        throw new AssertionError("all are connected");
    }

    Transport finish() {
        List<AeronLink.@Nullable Streams> streams = new ArrayList<>();
        for (Peer peer : peers) {
            streams.add(
                    peer == null
                            ? null
                            : new AeronLink.Streams(
                                    peer.outgoing, java.util.Objects.requireNonNull(peer.image, "trusted")));
        }
        AeronTransport transport = new AeronTransport(member, addresses, streams, incoming, pump);
        pump.add(transport);
        return transport;
    }

    boolean giveUp() {
        for (Peer peer : peers) {
            if (peer != null) {
                peer.outgoing.close();
            }
        }
        incoming.forEach(Subscription::close);
        return true;
    }
}
