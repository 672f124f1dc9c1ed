package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Endpoint;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.Hello;
import dev.lockstep.collectives.wire.Refusals;
import dev.lockstep.collectives.wire.WireIdentity;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A worker's end of the data plane: listens once for the life of the process, and joins one generation after the other.
 * Thread-safe.
 */
public final class TcpEndpoint implements Endpoint {
    private static final long FIRST_RETRY_MILLIS = 10;
    private static final long LAST_RETRY_MILLIS = 500;
    private static final int CONNECT_MILLIS = 5_000;
    private static final long SHUTDOWN_MILLIS = 2_000;

    private final WireIdentity identity;
    private final TcpOptions options;
    private final EventLoopGroup loop;
    private final Arrivals arrivals;
    private final Channel listener;
    private final SecureRandom nonces = new SecureRandom();
    private final List<TcpTransport> joined = new CopyOnWriteArrayList<>();

    private TcpEndpoint(
            WireIdentity identity, TcpOptions options, EventLoopGroup loop, Arrivals arrivals, Channel listener) {
        this.identity = identity;
        this.options = options;
        this.loop = loop;
        this.arrivals = arrivals;
        this.listener = listener;
    }

    /**
     * Listens on an address; port 0 takes any free one.
     *
     * @throws IllegalStateException naming the address, if it cannot be bound
     */
    public static TcpEndpoint bind(String host, int port, WireIdentity identity, TcpOptions options) {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("lockstep-tcp", true), NioIoHandler.newFactory());
        Arrivals arrivals = new Arrivals();
        SecureRandom nonces = new SecureRandom();
        Doorkeeper.Door door = new Doorkeeper.Door(
                options.handshakePatience(),
                options.strangersMax(),
                new AtomicInteger(),
                options.sockets(),
                new Refusals(options.onRefusal()));
        ServerBootstrap server = new ServerBootstrap()
                .group(loop)
                .channelFactory(PlainChannel.Listener::new)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        options.tls().ifPresent(tls -> channel.pipeline().addLast(tls.handler(false)));
                        channel.pipeline().addLast(new Doorkeeper(identity, arrivals, door, nonces), new Handover());
                    }
                });
        ChannelFuture bound = server.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            var _ = loop.shutdownGracefully(0, SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS);
            throw new IllegalStateException(
                    "cannot listen on " + host + ":" + port + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return new TcpEndpoint(identity, options, loop, arrivals, bound.channel());
    }

    /** {@return where peers reach this worker, {@code host:port}} */
    @Override
    public String address() {
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /**
     * Refuses generations older than this one from now on: connections are answered so and joins under way fail with
     * {@link FencedException}.
     */
    @Override
    public void fence(long generation) {
        arrivals.fence(generation);
    }

    /**
     * Connects the workers of a generation: each calls those of lower rank and is called by those of higher rank.
     * Fences older generations.
     *
     * @param addresses where each worker listens, by rank
     * @param timeout how long all of it may take
     * @throws FencedException if a newer generation superseded this one
     * @throws PeerLostException naming the first worker that could not be connected in time
     */
    @Override
    public Transport join(long generation, int rank, List<String> addresses, Duration timeout) {
        arrivals.fence(generation);
        TcpTransport.Member member = new TcpTransport.Member(identity, options, generation, rank);
        List<Joining> joining = begin(member, addresses);
        try {
            await(joining, addresses, timeout);
            TcpTransport transport = transport(member, addresses, joining);
            arrivals.taken(generation);
            transport.start();
            joined.removeIf(TcpTransport::isEnded);
            joined.add(transport);
            return transport;
        } catch (CollectiveException failed) {
            joining.forEach(Joining::giveUp);
            throw failed;
        }
    }

    /** A connection to a peer that is to come. */
    private record Joining(int peer, CompletableFuture<Channel> connected) {
        void giveUp() {
            if (!connected.cancel(false) && !connected.isCompletedExceptionally()) {
                var _ = connected.join().close();
            }
        }
    }

    /** Calls, or waits for the calls of, every other member, as often as there are sockets. */
    private List<Joining> begin(TcpTransport.Member member, List<String> addresses) {
        List<Joining> joining = new ArrayList<>();
        for (int i = 0; i < addresses.size() * options.sockets(); i++) {
            int peer = i / options.sockets();
            int socket = i % options.sockets();
            if (peer < member.rank()) {
                joining.add(new Joining(peer, call(hello(member, addresses.size(), socket), addresses.get(peer))));
            } else if (peer > member.rank()) {
                joining.add(new Joining(peer, arrivals.expect(member.generation(), peer, socket)));
            }
        }
        return joining;
    }

    private Hello hello(TcpTransport.Member member, int size, int socket) {
        return new Hello(
                HexFormat.of().formatHex(identity.job()),
                identity.attempt(),
                member.generation(),
                member.rank(),
                size,
                socket,
                options.sockets(),
                nonce());
    }

    private static TcpTransport transport(TcpTransport.Member member, List<String> addresses, List<Joining> joined) {
        List<List<TcpTransport.Connection>> connections = new ArrayList<>();
        addresses.forEach(_ -> connections.add(new ArrayList<>()));
        for (Joining each : joined) {
            connections
                    .get(each.peer())
                    .add(Handover.take(each.connected().join()).join());
        }
        try {
            return new TcpTransport(member, addresses, connections);
        } catch (IOException e) {
            throw new FencedException("joining failed: " + e.getMessage(), e);
        }
    }

    private String nonce() {
        byte[] nonce = new byte[Hello.NONCE_BYTES];
        nonces.nextBytes(nonce);
        return HexFormat.of().formatHex(nonce);
    }

    private static void await(List<Joining> joining, List<String> addresses, Duration timeout) {
        CompletableFuture<Void> all =
                CompletableFuture.allOf(joining.stream().map(Joining::connected).toArray(CompletableFuture<?>[]::new));
        joining.forEach(peer -> {
            var _ = peer.connected().exceptionally(refused -> {
                all.completeExceptionally(refused); // The others may take as long as they like.
                return null;
            });
        });
        try {
            all.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FencedException("interrupted while joining", interrupted);
        } catch (ExecutionException | TimeoutException failed) {
            throw blame(joining, addresses, failed);
        }
    }

    private static CollectiveException blame(List<Joining> joining, List<String> addresses, Exception failed) {
        if (failed.getCause() instanceof CollectiveException known) {
            return known;
        }
        Throwable refusal = failed.getCause();
        boolean refused = refusal != null;
        String what = refusal != null ? String.valueOf(refusal.getMessage()) : "it was not connected in time";
        for (Joining each : joining) {
            if (refused
                    ? each.connected().isCompletedExceptionally()
                    : !each.connected().isDone()) {
                return PeerLostException.of(each.peer(), addresses.get(each.peer()), what, failed);
            }
        }
        return new FencedException("joining failed", failed);
    }

    /** Calls a peer again and again, with growing pauses, until it answers or nobody waits any more. */
    private CompletableFuture<Channel> call(Hello hello, String address) {
        CompletableFuture<Channel> connected = new CompletableFuture<>();
        arrivals.failWhenFenced(hello.generation(), connected);
        tryCall(hello, address, connected, FIRST_RETRY_MILLIS);
        return connected;
    }

    private void tryCall(Hello hello, String address, CompletableFuture<Channel> connected, long pauseMillis) {
        if (connected.isDone()) {
            return;
        }
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        int port = Integer.parseInt(address.substring(colon + 1));
        ChannelFuture attempt = new Bootstrap()
                .group(loop)
                .channelFactory(PlainChannel::new)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        options.tls().ifPresent(tls -> channel.pipeline().addLast(tls.handler(true)));
                        channel.pipeline().addLast(new Caller(identity, hello, connected), new Handover());
                    }
                })
                .connect(host, port);
        var _ = attempt.addListener(result -> {
            if (!result.isSuccess()) {
                var _ = loop.schedule(
                        () -> tryCall(hello, address, connected, Math.min(2 * pauseMillis, LAST_RETRY_MILLIS)),
                        pauseMillis,
                        TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Stops listening and ends all connections. */
    @Override
    public void close() {
        arrivals.fence(Long.MAX_VALUE);
        joined.forEach(TcpTransport::close);
        listener.close().awaitUninterruptibly(SHUTDOWN_MILLIS);
        loop.shutdownGracefully(0, SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * SHUTDOWN_MILLIS);
    }
}
