package dev.lockstep.serialization;

import dev.lockstep.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a zip file of stored entries whose data lie at multiples of 64 bytes, so that readers may map them. ZIP64
 * where a number needs it. Entries have no date, so equal contents make equal files.
 */
final class ZipWriter {
    private static final int ALIGNMENT = 64;
    private static final int LOCAL_BYTES = 30;
    private static final int EXTRA_HEAD_BYTES = 4;
    private static final int WIDE_BYTES = 16;
    private static final int VERSION = 45;
    private static final int UTF8 = 1 << 11;
    /** 1980-01-01, the earliest there is. */
    private static final int DATE = (1 << 5) | 1;
    /** The identifier of torch's padding. */
    private static final short PADDING = 0x4246;

    private final FileOutput file;
    private final long narrowMax;
    private final List<Done> done = new ArrayList<>();

    private record Done(ByteBuffer name, long crc, long size, long headerAt) {}

    ZipWriter(FileOutput out) {
        this(out, 0xfffffffeL);
    }

    /** Makes a writer that turns to ZIP64 above another limit, so that it can be tested. */
    ZipWriter(FileOutput out, long narrowMax) {
        this.file = out;
        this.narrowMax = narrowMax;
    }

    /** Writes a small entry. */
    void add(String name, byte[] contents) throws IOException {
        add(name, MemorySegment.ofArray(new byte[0]), MemorySegment.ofArray(contents));
    }

    /** Writes an entry of {@code head}, followed by the elements of a tensor in C order. */
    void add(String name, byte[] head, Tensor tensor) throws IOException {
        FileOutput.lend(tensor, elements -> add(name, MemorySegment.ofArray(head), elements));
    }

    private void add(String name, MemorySegment head, MemorySegment rest) throws IOException {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        long size = head.byteSize() + rest.byteSize();
        long crc = ZipArchive.crc(head, rest);
        done.add(new Done(ByteBuffer.wrap(nameBytes), crc, size, file.position()));
        file.write(local(nameBytes, crc, size));
        file.write(head);
        file.write(rest);
    }

    private ByteBuffer local(byte[] name, long crc, long size) {
        boolean wide = size > narrowMax;
        int fixed = LOCAL_BYTES + name.length + (wide ? EXTRA_HEAD_BYTES + WIDE_BYTES : 0) + EXTRA_HEAD_BYTES;
        int padding = (int) Math.floorMod(-(file.position() + fixed), (long) ALIGNMENT);
        ByteBuffer out = buffer(fixed + padding);
        out.putInt(0x04034b50).putShort((short) VERSION).putShort((short) UTF8).putShort((short) 0);
        out.putShort((short) 0).putShort((short) DATE).putInt((int) crc);
        out.putInt(narrow(wide, size)).putInt(narrow(wide, size));
        out.putShort((short) name.length).putShort((short) (fixed + padding - LOCAL_BYTES - name.length));
        out.put(name);
        if (wide) {
            out.putShort((short) 1).putShort((short) WIDE_BYTES).putLong(size).putLong(size);
        }
        out.putShort(PADDING).putShort((short) padding);
        return out.clear();
    }

    private static int narrow(boolean wide, long number) {
        return wide ? -1 : (int) number;
    }

    /** Writes the directory; nothing may follow. */
    void finish() throws IOException {
        long directoryAt = file.position();
        for (Done entry : done) {
            file.write(central(entry));
        }
        long directoryBytes = file.position() - directoryAt;
        boolean wide = done.size() > Math.min(narrowMax, 0xfffeL) || directoryAt > narrowMax;
        if (wide) {
            file.write(end64(directoryAt, directoryBytes));
        }
        ByteBuffer end = buffer(22).putInt(0x06054b50).putInt(0);
        short count = (short) (wide ? 0xffff : done.size());
        end.putShort(count).putShort(count);
        end.putInt(narrow(wide, directoryBytes)).putInt(narrow(wide, directoryAt));
        file.write(end.clear());
    }

    private ByteBuffer central(Done entry) {
        boolean wideSize = entry.size() > narrowMax;
        boolean widePlace = entry.headerAt() > narrowMax;
        int extra = (wideSize ? WIDE_BYTES : 0) + (widePlace ? Long.BYTES : 0);
        int extraBytes = extra == 0 ? 0 : EXTRA_HEAD_BYTES + extra;
        ByteBuffer out = buffer(46 + entry.name().remaining() + extraBytes);
        out.putInt(0x02014b50)
                .putShort((short) VERSION)
                .putShort((short) VERSION)
                .putShort((short) UTF8);
        out.putShort((short) 0).putShort((short) 0).putShort((short) DATE).putInt((int) entry.crc());
        out.putInt(narrow(wideSize, entry.size())).putInt(narrow(wideSize, entry.size()));
        out.putShort((short) entry.name().remaining()).putShort((short) extraBytes);
        out.putShort((short) 0).putInt(0).putInt(0).putInt(narrow(widePlace, entry.headerAt()));
        out.put(entry.name().duplicate());
        if (extraBytes > 0) {
            out.putShort((short) 1).putShort((short) extra);
        }
        if (wideSize) {
            out.putLong(entry.size()).putLong(entry.size());
        }
        if (widePlace) {
            out.putLong(entry.headerAt());
        }
        return out.clear();
    }

    private ByteBuffer end64(long directoryAt, long directoryBytes) {
        ByteBuffer out = buffer(56 + 20).putInt(0x06064b50).putLong(44);
        out.putShort((short) VERSION).putShort((short) VERSION).putInt(0).putInt(0);
        out.putLong(done.size()).putLong(done.size()).putLong(directoryBytes).putLong(directoryAt);
        out.putInt(0x07064b50).putInt(0).putLong(directoryAt + directoryBytes).putInt(1);
        return out.clear();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
