package dev.lockstep.serialization;

import dev.lockstep.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/**
 * Writes a zip file of stored entries whose data lie at multiples of 64 bytes, so that readers may map them, or of
 * deflated ones. ZIP64 where a number needs it. Entries have no date, so equal contents make equal files.
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

    private static final short DEFLATED = 8;
    private static final int PIECE_BYTES = 1 << 16;

    private final FileOutput file;
    private final long narrowMax;
    private final boolean deflates;
    private final List<Done> done = new ArrayList<>();

    /** An entry: {@code size} bytes that take {@code packed} bytes in the file. */
    private record Done(ByteBuffer name, long crc, long size, long packed, long headerAt) {}

    ZipWriter(FileOutput out) {
        this(out, 0xfffffffeL, false);
    }

    /** Makes a writer that deflates every entry (RFC 1951), each in memory. */
    static ZipWriter deflating(FileOutput out) {
        return new ZipWriter(out, 0xfffffffeL, true);
    }

    /** Makes a writer that turns to ZIP64 above another limit, so that it can be tested. */
    ZipWriter(FileOutput out, long narrowMax) {
        this(out, narrowMax, false);
    }

    private ZipWriter(FileOutput out, long narrowMax, boolean deflates) {
        this.file = out;
        this.narrowMax = narrowMax;
        this.deflates = deflates;
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
        if (deflates) {
            byte[] packed = deflated(head, rest);
            write(new Done(ByteBuffer.wrap(nameBytes), crc, size, packed.length, file.position()));
            file.write(MemorySegment.ofArray(packed));
        } else {
            write(new Done(ByteBuffer.wrap(nameBytes), crc, size, size, file.position()));
            file.write(head);
            file.write(rest);
        }
    }

    private void write(Done entry) throws IOException {
        done.add(entry);
        file.write(local(entry));
    }

    private static byte[] deflated(MemorySegment... parts) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
            for (MemorySegment part : parts) {
                deflate(deflater, part, packed);
            }
            deflater.finish();
            byte[] piece = new byte[PIECE_BYTES];
            while (!deflater.finished()) {
                packed.write(piece, 0, deflater.deflate(piece));
            }
        }
        return packed.toByteArray();
    }

    private static void deflate(Deflater deflater, MemorySegment part, ByteArrayOutputStream packed) {
        byte[] piece = new byte[PIECE_BYTES];
        for (long at = 0; at < part.byteSize(); at += PIECE_BYTES) {
            long length = Math.min(PIECE_BYTES, part.byteSize() - at);
            deflater.setInput(part.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
            while (!deflater.needsInput()) {
                packed.write(piece, 0, deflater.deflate(piece));
            }
        }
    }

    private short method() {
        return deflates ? DEFLATED : 0;
    }

    private ByteBuffer local(Done entry) {
        byte[] name = entry.name().array();
        boolean wide = entry.size() > narrowMax || entry.packed() > narrowMax;
        int fixed = LOCAL_BYTES + name.length + (wide ? EXTRA_HEAD_BYTES + WIDE_BYTES : 0) + EXTRA_HEAD_BYTES;
        int padding = (int) Math.floorMod(-(file.position() + fixed), (long) ALIGNMENT);
        ByteBuffer out = buffer(fixed + padding);
        out.putInt(0x04034b50).putShort((short) VERSION).putShort((short) UTF8).putShort(method());
        out.putShort((short) 0).putShort((short) DATE).putInt((int) entry.crc());
        out.putInt(narrow(wide, entry.packed())).putInt(narrow(wide, entry.size()));
        out.putShort((short) name.length).putShort((short) (fixed + padding - LOCAL_BYTES - name.length));
        out.put(name);
        if (wide) {
            out.putShort((short) 1)
                    .putShort((short) WIDE_BYTES)
                    .putLong(entry.size())
                    .putLong(entry.packed());
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
        boolean wideSize = entry.size() > narrowMax || entry.packed() > narrowMax;
        boolean widePlace = entry.headerAt() > narrowMax;
        int extra = (wideSize ? WIDE_BYTES : 0) + (widePlace ? Long.BYTES : 0);
        int extraBytes = extra == 0 ? 0 : EXTRA_HEAD_BYTES + extra;
        ByteBuffer out = buffer(46 + entry.name().remaining() + extraBytes);
        out.putInt(0x02014b50)
                .putShort((short) VERSION)
                .putShort((short) VERSION)
                .putShort((short) UTF8);
        out.putShort(method()).putShort((short) 0).putShort((short) DATE).putInt((int) entry.crc());
        out.putInt(narrow(wideSize, entry.packed())).putInt(narrow(wideSize, entry.size()));
        out.putShort((short) entry.name().remaining()).putShort((short) extraBytes);
        out.putShort((short) 0).putInt(0).putInt(0).putInt(narrow(widePlace, entry.headerAt()));
        out.put(entry.name().duplicate());
        if (extraBytes > 0) {
            out.putShort((short) 1).putShort((short) extra);
        }
        if (wideSize) {
            out.putLong(entry.size()).putLong(entry.packed());
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
