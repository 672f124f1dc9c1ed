package dev.lockstep.tensorboard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Frames records as TensorFlow does: length, masked checksum of the length, data, masked checksum of the data. */
final class Records {
    private static final int MASK = 0xa282ead8;
    private static final int TURN = 15;

    private Records() {}

    static byte[] framed(byte[] data) {
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(data.length);
        out.putInt(checksum(out.array(), Long.BYTES));
        out.put(data);
        return out.putInt(checksum(data, data.length)).array();
    }

    /** {@return CRC-32C, turned and shifted, since a checksum of data that hold their own checksum is weak} */
    static int checksum(byte[] data, int count) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, count);
        return Integer.rotateRight((int) crc.getValue(), TURN) + MASK;
    }
}
