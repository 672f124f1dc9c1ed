package dev.lockstep.collectives.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.testkit.Data;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Farewell;
import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.wire.Frame;
import dev.lockstep.collectives.wire.FrameCodec;
import dev.lockstep.collectives.wire.FrameReader;
import dev.lockstep.collectives.wire.Receptions;
import dev.lockstep.collectives.wire.UntrustedException;
import dev.lockstep.collectives.wire.WireIdentity;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Feeds the reader streams that are right but cut in odd places, and streams with damage. Damage is refused or lies
 * behind what was received: what has become whole is right, and nothing but the three refusals is thrown.
 */
class FrameFuzzTest {
    private static final int SEEDS = 20_000;
    private static final WireIdentity IDENTITY = TcpRanks.identity("secret");
    private static final long GENERATION = 3;

    /** One stream of a few messages, and what a reader has made of it. */
    private static final class Stream {
        private final SplittableRandom random;
        private final List<byte[]> messages = new ArrayList<>();
        private final List<MemorySegment> received = new ArrayList<>();
        private final List<PendingWork> works = new ArrayList<>();
        private final Mailbox mailbox = new Mailbox(2, 1 << 20, _ -> {});
        private final FrameReader reader = new FrameReader(
                new FrameCodec(IDENTITY, GENERATION, TcpTransport.CHUNK_BYTES),
                new Receptions(mailbox, 1, TcpTransport.CHUNK_BYTES),
                Farewell::decode);
        private final byte[] bytes;

        Stream(long seed) {
            random = new SplittableRandom(seed);
            List<byte[]> frames = new ArrayList<>();
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                byte[] message = new byte[random.nextInt(600)];
                random.nextBytes(message);
                messages.add(message);
                frames.add(RawPeer.frame(IDENTITY, GENERATION, chunk(i, message.length), message));
                await(i, message.length);
            }
            Collections.shuffle(frames, new java.util.Random(seed));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            frames.forEach(all::writeBytes);
            bytes = all.toByteArray();
        }

        private static Envelope envelope(int part) {
            return new Envelope(new Tag(0, 5, 0, part), Signature.ofBytes(Signature.Kind.BROADCAST, -1, 0));
        }

        private static Frame chunk(int part, int length) {
            return Frame.chunk(Frame.Kind.DATA, envelope(part), length, 0, TcpTransport.CHUNK_BYTES);
        }

        /** Some messages are awaited from the start, others are kept until they are. */
        private void await(int part, int length) {
            MemorySegment room = Data.room(Math.max(1, length)).asSlice(0, length);
            received.add(room);
            if (random.nextBoolean()) {
                works.add(mailbox.receive(1, envelope(part), _ -> room));
            } else {
                works.add(new PendingWork("not asked for"));
            }
        }

        void damage() {
            int changes = 1 + random.nextInt(3);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(bytes.length);
                switch (random.nextInt(4)) {
                    case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                    case 1 -> bytes[at] = (byte) random.nextInt(256);
                    case 2 -> {
                        int length = Math.min(bytes.length - at, 1 + random.nextInt(64));
                        System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
                    }
                    default ->
                        ByteBuffer.wrap(bytes)
                                .putLong(Math.max(0, Math.min(at, bytes.length - 8)), -1L >>> random.nextInt(64));
                }
            }
        }

        /** {@return whether the whole stream was believed} */
        boolean read() {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            try {
                while (in.hasRemaining()) {
                    int count = Math.min(in.remaining(), 1 + random.nextInt(random.nextBoolean() ? 8 : 2000));
                    reader.read(in.slice(in.position(), count));
                    in.position(in.position() + count);
                }
                return true;
            } catch (UntrustedException | IllegalArgumentException | IllegalStateException refused) {
                return false;
            }
        }

        void checkWhole(long seed) {
            for (int i = 0; i < messages.size(); i++) {
                if (works.get(i).isDone()) {
                    assertArrayEquals(messages.get(i), Data.bytes(received.get(i)), "seed " + seed);
                }
            }
        }
    }

    @Test
    void piecesOfAnyLengthMakeTheSameMessages() {
        for (long seed = 0; seed < SEEDS / 10; seed++) {
            Stream stream = new Stream(seed);
            assertTrue(stream.read(), "seed " + seed);
            for (int i = 0; i < stream.messages.size(); i++) {
                int part = i;
                if (!stream.works.get(i).isDone()) {
                    stream.works.set(i, stream.mailbox.receive(1, Stream.envelope(i), _ -> stream.received.get(part)));
                }
                assertTrue(stream.works.get(i).isDone(), "seed " + seed);
            }
            stream.checkWhole(seed);
        }
    }

    @Test
    void damageIsRefusedAndNeverReceived() {
        int believed = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Stream stream = new Stream(seed);
            byte[] before = stream.bytes.clone();
            stream.damage();
            boolean same = java.util.Arrays.equals(before, stream.bytes);
            boolean whole = stream.read();
            believed += whole && !same && !stream.reader.isUnderWay() ? 1 : 0;
            stream.checkWhole(seed);
        }
        assertEquals(0, believed, "streams with damage that were believed to their end");
    }
}
