package dev.lockstep.collectives.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.testkit.Data;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.wire.Frame;
import dev.lockstep.collectives.wire.FrameCodec;
import dev.lockstep.collectives.wire.Outgoing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** How connections share the messages of a peer: chunks of 64 bytes here. */
class SocketWriterTest {
    private static final int CHUNK_BYTES = 64;
    private static final FrameCodec CODEC = new FrameCodec(TcpRanks.identity("secret"), 1, CHUNK_BYTES);

    private final Queue<Outgoing> queue = new ArrayDeque<>();

    /** A connection that takes so many bytes and notes where the chunks lie that came over it. */
    private static final class Pipe implements GatheringByteChannel {
        private final ByteBuffer taken = ByteBuffer.allocate(1 << 16);
        private long room;

        Pipe(long room) {
            this.room = room;
        }

        List<Long> offsets() {
            List<Long> offsets = new ArrayList<>();
            ByteBuffer in = taken.duplicate().flip();
            while (in.remaining() >= FrameCodec.BYTES) {
                Frame frame = CODEC.decode(in.slice());
                offsets.add(frame.kind() == Frame.Kind.FAREWELL ? -1 : frame.offset());
                in.position(in.position() + FrameCodec.BYTES + frame.payloadBytes());
            }
            return offsets;
        }

        @Override
        public long write(ByteBuffer[] sources, int first, int count) {
            long before = taken.position();
            for (int i = first; i < first + count; i++) {
                while (sources[i].hasRemaining() && room > 0) {
                    taken.put(sources[i].get());
                    room--;
                }
            }
            return taken.position() - before;
        }

        @Override
        public long write(ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public int write(ByteBuffer source) {
            return (int) write(new ByteBuffer[] {source});
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static Outgoing message(Frame.Kind kind, int part, int bytes) {
        Envelope envelope =
                new Envelope(new Tag(0, 0, 0, part), Signature.ofBytes(Signature.Kind.POINT_TO_POINT, bytes, 0));
        return new Outgoing(kind, envelope, Data.room(bytes), new PendingWork("a message"), CHUNK_BYTES);
    }

    @Test
    void aConnectionThatIsFullLeavesTheRestToTheOthers() throws IOException {
        queue.add(message(Frame.Kind.DATA, 0, 8 * CHUNK_BYTES));
        Pipe full = new Pipe(FrameCodec.BYTES);
        Pipe open = new Pipe(Long.MAX_VALUE);
        SocketWriter first = new SocketWriter(CODEC, 4);
        SocketWriter second = new SocketWriter(CODEC, 4);
        assertTrue(first.write(full, queue));
        assertTrue(second.write(open, queue));
        assertEquals(List.of(128L, 192L, 256L, 320L, 384L, 448L), open.offsets());
        assertTrue(first.isBlocked());
        full.room = Long.MAX_VALUE;
        assertTrue(first.write(full, queue));
        assertEquals(List.of(0L, 64L), full.offsets());
        assertFalse(first.isBlocked());
    }

    @Test
    void aMessageIsDoneWhenAllConnectionsHaveWrittenTheirParts() throws IOException {
        Outgoing message = message(Frame.Kind.DATA, 0, 4 * CHUNK_BYTES);
        queue.add(message);
        Pipe full = new Pipe(0);
        SocketWriter first = new SocketWriter(CODEC, 4);
        first.write(full, queue);
        new SocketWriter(CODEC, 4).write(new Pipe(Long.MAX_VALUE), queue);
        assertFalse(message.work().isDone());
        full.room = Long.MAX_VALUE;
        first.write(full, queue);
        assertTrue(message.work().isDone());
    }

    @Test
    void aFarewellIsTheLastWordOfEachConnection() throws IOException {
        queue.add(message(Frame.Kind.DATA, 0, 3 * CHUNK_BYTES));
        SocketWriter first = new SocketWriter(CODEC, 4);
        SocketWriter second = new SocketWriter(CODEC, 4);
        first.sayLast(message(Frame.Kind.FAREWELL, 1, 5));
        second.sayLast(message(Frame.Kind.FAREWELL, 1, 5));
        Pipe left = new Pipe(Long.MAX_VALUE);
        Pipe right = new Pipe(Long.MAX_VALUE);
        first.write(left, queue);
        assertFalse(first.isLeaving());
        assertTrue(second.isLeaving());
        second.write(right, queue);
        assertEquals(List.of(0L, 64L, 128L, -1L), left.offsets());
        assertEquals(List.of(-1L), right.offsets());
    }
}
