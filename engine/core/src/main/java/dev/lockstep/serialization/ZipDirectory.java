package dev.lockstep.serialization;

import dev.lockstep.serialization.ZipArchive.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Reads the central directory of a zip file (PKWARE's APPNOTE 6.3, with ZIP64) and checks it against the file. */
final class ZipDirectory {
    private static final long LOCAL = 0x04034b50L;
    private static final long CENTRAL = 0x02014b50L;
    private static final long END = 0x06054b50L;
    private static final long END64 = 0x06064b50L;
    private static final long LOCATOR64 = 0x07064b50L;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int LOCATOR64_BYTES = 20;
    private static final int COMMENT_BYTES_MAX = 0xffff;
    private static final long IN_ZIP64 = 0xffffffffL;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final String DIRECTORY = "the zip directory";

    private final FileBytes bytes;
    private long directoryAt;
    private long directoryBytes;
    private long count;

    /** An entry and the place of its header, by which overlaps are found. */
    private record Placed(Entry entry, long headerAt) {
        long end() {
            return entry.dataAt() + entry.packedBytes();
        }
    }

    ZipDirectory(FileBytes bytes) {
        this.bytes = bytes;
    }

    SequencedMap<String, Entry> entries() {
        readEnd(endAt());
        List<Placed> placed = new ArrayList<>();
        long at = directoryAt;
        for (long i = 0; i < count; i++) {
            placed.add(entry(at));
            at += CENTRAL_BYTES
                    + bytes.u16(at + 28, DIRECTORY)
                    + bytes.u16(at + 30, DIRECTORY)
                    + bytes.u16(at + 32, DIRECTORY);
        }
        if (at != directoryAt + directoryBytes) {
            throw bytes.broken("offset " + at + ": " + DIRECTORY + " should end at " + (directoryAt + directoryBytes));
        }
        checkOverlaps(placed);
        checkSizes(placed);
        return byName(placed);
    }

    private long endAt() {
        long lowest = Math.max(0, bytes.size() - END_BYTES - COMMENT_BYTES_MAX);
        for (long at = bytes.size() - END_BYTES; at >= lowest; at--) {
            if (bytes.u32(at, DIRECTORY) == END && at + END_BYTES + bytes.u16(at + 20, DIRECTORY) == bytes.size()) {
                return at;
            }
        }
        throw bytes.broken("no zip file: the end of a zip directory was not found");
    }

    private void readEnd(long at) {
        count = bytes.u16(at + 10, DIRECTORY);
        directoryBytes = bytes.u32(at + 12, DIRECTORY);
        directoryAt = bytes.u32(at + 16, DIRECTORY);
        long limit = at;
        boolean wide = count == 0xffff || directoryBytes == IN_ZIP64 || directoryAt == IN_ZIP64;
        if (wide && at >= LOCATOR64_BYTES && bytes.u32(at - LOCATOR64_BYTES, DIRECTORY) == LOCATOR64) {
            limit = bytes.u63(at - LOCATOR64_BYTES + 8, DIRECTORY);
            if (bytes.u32(limit, DIRECTORY) != END64) {
                throw bytes.broken("offset " + limit + ": expected the end of a ZIP64 directory");
            }
            count = bytes.u63(limit + 32, DIRECTORY);
            directoryBytes = bytes.u63(limit + 40, DIRECTORY);
            directoryAt = bytes.u63(limit + 48, DIRECTORY);
        }
        if (directoryAt > limit || directoryBytes > limit - directoryAt || count > directoryBytes / CENTRAL_BYTES) {
            throw bytes.broken("offset " + at + ": " + count + " entries in " + directoryBytes + " bytes at "
                    + directoryAt + " are no directory of this file");
        }
    }

    private Placed entry(long at) {
        if (bytes.u32(at, DIRECTORY) != CENTRAL) {
            throw bytes.broken("offset " + at + ": expected an entry of " + DIRECTORY);
        }
        int nameBytes = bytes.u16(at + 28, DIRECTORY);
        String name = text(bytes.array(at + CENTRAL_BYTES, nameBytes, DIRECTORY), at);
        int method = bytes.u16(at + 10, DIRECTORY);
        if ((bytes.u16(at + 8, DIRECTORY) & 1) != 0 || (method != STORED && method != DEFLATED)) {
            throw bytes.broken("'" + name + "': is encrypted or packed by method " + method
                    + ", only stored and deflated entries are read");
        }
        long[] wide = wide(at, nameBytes);
        long headerAt = wide[2];
        if (bytes.u32(headerAt, "'" + name + "'") != LOCAL) {
            throw bytes.broken("'" + name + "': expected its header at offset " + headerAt);
        }
        int localNameBytes = bytes.u16(headerAt + 26, name);
        String localName = text(bytes.array(headerAt + LOCAL_BYTES, localNameBytes, name), headerAt);
        if (!localName.equals(name)) {
            throw bytes.broken("'" + name + "': is named '" + localName + "' in its own header");
        }
        long dataAt = headerAt + LOCAL_BYTES + localNameBytes + bytes.u16(headerAt + 28, name);
        bytes.slice(dataAt, wide[1], "'" + name + "'");
        if (method == STORED && wide[0] != wide[1]) {
            throw bytes.broken("'" + name + "': is stored, but takes " + wide[1] + " bytes for " + wide[0]);
        }
        long crc = bytes.u32(at + 16, DIRECTORY);
        return new Placed(new Entry(name, method == DEFLATED, crc, wide[1], wide[0], dataAt), headerAt);
    }

    /** {@return size, packed size and place of the header, of which those that do not fit stand in an extra field} */
    private long[] wide(long at, int nameBytes) {
        long[] numbers = {bytes.u32(at + 24, DIRECTORY), bytes.u32(at + 20, DIRECTORY), bytes.u32(at + 42, DIRECTORY)};
        long field = at + CENTRAL_BYTES + nameBytes;
        long end = field + bytes.u16(at + 30, DIRECTORY);
        while (field + 4 <= end && bytes.u16(field, DIRECTORY) != 1) {
            field += 4 + bytes.u16(field + 2, DIRECTORY);
        }
        long next = field + 4;
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] == IN_ZIP64 && next + Long.BYTES <= end) {
                numbers[i] = bytes.u63(next, DIRECTORY);
                next += Long.BYTES;
            }
        }
        return numbers;
    }

    private String text(byte[] name, long at) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
        } catch (CharacterCodingException wrong) {
            throw new CheckpointCorruptException(bytes.file(), "offset " + at + ": a name that is not UTF-8", wrong);
        }
    }

    private void checkOverlaps(List<Placed> placed) {
        placed.sort(Comparator.comparingLong(Placed::headerAt));
        long end = 0;
        for (Placed one : placed) {
            if (one.headerAt() < end || one.end() > directoryAt) {
                throw bytes.broken("'" + one.entry().name() + "': overlaps another entry or the directory");
            }
            end = one.end();
        }
    }

    /** See Note [Zip bombs]. */
    private void checkSizes(List<Placed> placed) {
        long bytesMax = Math.max(ZipArchive.SMALL_BYTES, Math.multiplyExact(ZipArchive.RATIO_MAX, bytes.size()));
        long total = 0;
        for (Placed one : placed) {
            total = Math.min(Long.MAX_VALUE - one.entry().sizeBytes(), total)
                    + one.entry().sizeBytes();
            if (total > bytesMax) {
                throw bytes.broken("unpacks to more than " + bytesMax + " bytes, from a file of " + bytes.size()
                        + ": refused as a zip bomb");
            }
        }
    }

    private SequencedMap<String, Entry> byName(List<Placed> placed) {
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        for (Placed one : placed) {
            if (entries.put(one.entry().name(), one.entry()) != null) {
                throw bytes.broken("'" + one.entry().name() + "': is in the archive twice");
            }
        }
        return entries;
    }
}
