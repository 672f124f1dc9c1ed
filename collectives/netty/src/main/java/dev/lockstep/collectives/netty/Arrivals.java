package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.wire.Hello;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Brings together workers that were called and the generations that expect them, whichever comes first. Thread-safe.
 */
final class Arrivals {
    private static final int PARKED_MAX = 1 << 14;

    private final Map<Key, CompletableFuture<Channel>> expected = new HashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private long least;

    private record Key(long generation, int rank, int socket) {}

    private record Call(long generation, CompletableFuture<Channel> connected) {}

    /** {@return the least generation that is not refused} */
    synchronized long least() {
        return least;
    }

    /** {@return a connection of a peer that calls, once it has} */
    synchronized CompletableFuture<Channel> expect(long generation, int rank, int socket) {
        CompletableFuture<Channel> future = future(generation, rank, socket);
        if (generation < least) {
            future.completeExceptionally(fenced(generation, least));
        }
        return future;
    }

    private CompletableFuture<Channel> future(long generation, int rank, int socket) {
        return expected.computeIfAbsent(new Key(generation, rank, socket), _ -> new CompletableFuture<>());
    }

    /** Takes in a proven caller; returns whether it is kept. */
    boolean arrive(Hello hello, Channel channel) {
        CompletableFuture<Channel> future;
        synchronized (this) {
            if (hello.generation() < least || expected.size() >= PARKED_MAX) {
                return false;
            }
            future = future(hello.generation(), hello.rank(), hello.socket());
        }
        return future.complete(channel);
    }

    /** Lets a call of our own fail when its generation is superseded. */
    synchronized void failWhenFenced(long generation, CompletableFuture<Channel> connected) {
        if (generation < least) {
            connected.completeExceptionally(fenced(generation, least));
            return;
        }
        calls.removeIf(call -> call.connected().isDone());
        calls.add(new Call(generation, connected));
    }

    /** Forgets who came for a generation: its transport owns the connections now. */
    synchronized void taken(long generation) {
        expected.keySet().removeIf(key -> key.generation() == generation);
    }

    /**
     * Refuses generations below {@code generation}: what waits for them fails, who came for them and was not taken is
     * sent away.
     */
    void fence(long generation) {
        List<CompletableFuture<Channel>> parked = new ArrayList<>();
        List<CompletableFuture<Channel>> over = new ArrayList<>();
        synchronized (this) {
            if (generation <= least) {
                return;
            }
            least = generation;
            expected.entrySet()
                    .removeIf(entry -> entry.getKey().generation() < generation && parked.add(entry.getValue()));
            calls.stream().filter(call -> call.generation() < generation).forEach(call -> over.add(call.connected()));
            calls.removeIf(call -> call.generation() < generation);
        }
        parked.forEach(Arrivals::sendAway);
        over.addAll(parked);
        over.forEach(future ->
                future.completeExceptionally(new FencedException("it is superseded by generation " + generation)));
    }

    private static void sendAway(CompletableFuture<Channel> parked) {
        var _ = parked.thenAccept(channel -> {
            var _ = channel.close();
        });
    }

    private static FencedException fenced(long generation, long least) {
        return new FencedException("generation " + generation + " is superseded by " + least);
    }
}
