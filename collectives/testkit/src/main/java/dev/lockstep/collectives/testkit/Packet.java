package dev.lockstep.collectives.testkit;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.transport.Envelope;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A piece of a message, or a farewell. Immutable: nobody changes the bytes. */
final class Packet {
    private final Message message;
    private final int offset;
    private final byte[] bytes;
    private final long checksum;

    private Packet(Message message, int offset, byte[] bytes, long checksum) {
        this.message = message;
        this.offset = offset;
        this.bytes = bytes;
        this.checksum = checksum;
    }

    /**
     * A message on its way.
     *
     * @param envelope which it is
     * @param sizeBytes its length
     * @param number counts the messages of one sender
     * @param farewell why the sender gives up, if it is a farewell
     */
    record Message(
            Envelope envelope,
            int sizeBytes,
            long number,
            @Nullable CollectiveException farewell) {}

    static Packet of(Message message, int offset, byte[] bytes) {
        return new Packet(message, offset, bytes, checksum(bytes));
    }

    Message message() {
        return message;
    }

    /** {@return where the piece lies in the message} */
    int offset() {
        return offset;
    }

    byte[] bytes() {
        return bytes;
    }

    private static long checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }

    boolean isIntact() {
        return checksum(bytes) == checksum;
    }

    /** {@return the packet with a flipped bit, in its checksum if it has no other} */
    Packet damaged(SplittableRandom random) {
        if (bytes.length == 0) {
            return new Packet(message, offset, bytes, checksum ^ 1);
        }
        byte[] other = bytes.clone();
        other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        return new Packet(message, offset, other, checksum);
    }
}
