package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.wire.Frame;
import dev.lockstep.collectives.wire.FrameCodec;
import dev.lockstep.collectives.wire.Outgoing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the chunks of one connection: a batch at a time, heads and payloads together, payloads from the messages' own
 * memory. A connection takes its next chunks when the last ones have left, so that several connections to one peer
 * share its messages as fast as each can. Confined to the pump.
 */
final class SocketWriter {
    private static final int BATCH = 8;

    private final FrameCodec codec;
    private final int chunksMax;
    private final Queue<Outgoing> farewells = new ArrayDeque<>();
    private final ByteBuffer heads = ByteBuffer.allocateDirect(BATCH * FrameCodec.BYTES);
    private final ByteBuffer[] pieces = new ByteBuffer[2 * BATCH];
    private final @Nullable Outgoing[] messages = new @Nullable Outgoing[BATCH];
    private final int[] payloadBytes = new int[BATCH];
    private final ByteBuffer nothing = ByteBuffer.allocate(0);
    private int chunks;
    private int left;

    /** Makes a writer for one of {@code sockets} connections of a peer. */
    SocketWriter(FrameCodec codec, int sockets) {
        this.codec = codec;
        this.chunksMax = Math.max(1, BATCH / sockets);
        Arrays.fill(pieces, nothing);
    }

    /** {@return whether something was begun that the connection would not take yet} */
    boolean isBlocked() {
        return left < chunks;
    }

    /** Lets this be the last that goes over the connection, after all that is queued. */
    void sayLast(Outgoing farewell) {
        farewells.add(farewell);
    }

    /** {@return whether a farewell waits for what is queued to leave} */
    boolean isLeaving() {
        return !farewells.isEmpty();
    }

    /**
     * Writes what the connection takes of the messages queued.
     *
     * @return whether anything was written
     */
    boolean write(GatheringByteChannel channel, Queue<Outgoing> queue) throws IOException {
        boolean any = false;
        while (isBlocked() || take(queue) || take(farewells)) {
            long count = channel.write(pieces, 2 * left, 2 * (chunks - left));
            any |= count > 0;
            settle();
            if (isBlocked() && count == 0) {
                break;
            }
        }
        return any;
    }

    private boolean take(Queue<Outgoing> queue) {
        chunks = 0;
        left = 0;
        heads.clear();
        for (Outgoing next = queue.peek(); next != null && chunks < chunksMax; next = queue.peek()) {
            Frame chunk = next.take();
            int at = heads.position();
            ByteBuffer payload = next.payload(chunk);
            codec.encode(chunk, payload, heads);
            pieces[2 * chunks] = heads.slice(at, FrameCodec.BYTES);
            pieces[2 * chunks + 1] = payload;
            payloadBytes[chunks] = chunk.payloadBytes();
            messages[chunks++] = next;
            if (next.isTaken()) {
                queue.remove();
            }
        }
        return chunks > 0;
    }

    /** Ends the chunks that have left in full. */
    private void settle() {
        while (isBlocked() && !pieces[2 * left].hasRemaining() && !pieces[2 * left + 1].hasRemaining()) {
            Outgoing message = messages[left];
            pieces[2 * left] = nothing;
            pieces[2 * left + 1] = nothing;
            messages[left] = null;
            left++;
            if (message != null) {
                message.written(payloadBytes[left - 1]);
            }
        }
    }

    /** Hands over the messages whose chunks have not left in full, and forgets them. */
    void drop(Consumer<Outgoing> dropped) {
        for (int chunk = left; chunk < chunks; chunk++) {
            Outgoing message = messages[chunk];
            messages[chunk] = null;
            pieces[2 * chunk] = nothing;
            pieces[2 * chunk + 1] = nothing;
            if (message != null) {
                dropped.accept(message);
            }
        }
        left = chunks;
        farewells.forEach(dropped);
        farewells.clear();
    }
}
