package dev.lockstep.serialization;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * The entries of a zip file that is not trusted. Stored entries are slices of the mapped file, which
 * {@code java.util.zip} cannot give; packed ones are unpacked within a limit. Confined to the thread that reads.
 *
 * <p>Note [Zip bombs]. Entries may not overlap, so that no byte of the file is unpacked twice, and all entries together
 * may unpack to {@link #RATIO_MAX} times the file's size, or {@link #SMALL_BYTES}, at most. Memory is taken as bytes
 * come out, not as the directory promises.
 */
final class ZipArchive {
    /** How many times its own size a file may unpack to. */
    static final long RATIO_MAX = 100;
    /** What any file may unpack to. */
    static final long SMALL_BYTES = 1 << 24;

    private static final int UNPACKED_MAX = Integer.MAX_VALUE - 16;
    private static final int CHUNK_BYTES = 1 << 24;

    private final FileBytes bytes;
    private final SequencedMap<String, Entry> entries;

    /**
     * One file of the archive.
     *
     * @param name its name, with slashes
     * @param packed whether it is deflated
     * @param crc CRC-32 of its contents
     * @param packedBytes what it takes in the archive
     * @param sizeBytes what it takes unpacked
     * @param dataAt where its data begin
     */
    record Entry(String name, boolean packed, long crc, long packedBytes, long sizeBytes, long dataAt) {}

    private ZipArchive(FileBytes bytes, SequencedMap<String, Entry> entries) {
        this.bytes = bytes;
        this.entries = entries;
    }

    /**
     * Reads the directory.
     *
     * @throws CheckpointCorruptException if the file is no zip file, breaks a rule of the format, or is a zip bomb
     */
    static ZipArchive of(FileBytes bytes) {
        return new ZipArchive(bytes, Collections.unmodifiableSequencedMap(new ZipDirectory(bytes).entries()));
    }

    SequencedMap<String, Entry> entries() {
        return entries;
    }

    FileBytes file() {
        return bytes;
    }

    /**
     * {@return the contents of an entry, valid while the file is mapped}
     *
     * @throws CheckpointCorruptException if size or checksum differ from what the directory says
     */
    MemorySegment contents(Entry entry) {
        MemorySegment raw = bytes.slice(entry.dataAt(), entry.packedBytes(), "'" + entry.name() + "'");
        MemorySegment contents = entry.packed() ? unpack(entry, raw) : raw;
        long crc = crc(contents);
        if (crc != entry.crc()) {
            throw bytes.broken(String.format(
                    "'%s': expected checksum %08x, found %08x: the data are damaged", entry.name(), entry.crc(), crc));
        }
        return contents;
    }

    private MemorySegment unpack(Entry entry, MemorySegment raw) {
        if (entry.sizeBytes() > UNPACKED_MAX || raw.byteSize() > UNPACKED_MAX) {
            throw bytes.broken("'" + entry.name() + "': " + entry.sizeBytes()
                    + " packed bytes are more than 2 GiB, the most that is unpacked; store it unpacked");
        }
        Inflater inflater = new Inflater(true);
        inflater.setInput(raw.asByteBuffer());
        try (var none = java.io.InputStream.nullInputStream();
                var in = new InflaterInputStream(none, inflater)) {
            byte[] contents = in.readNBytes((int) entry.sizeBytes());
            if (contents.length < entry.sizeBytes() || in.read() >= 0) {
                throw bytes.broken("'" + entry.name() + "': does not unpack to the " + entry.sizeBytes()
                        + " bytes that the directory says");
            }
            return MemorySegment.ofArray(contents);
        } catch (IOException broken) {
            throw new CheckpointCorruptException(
                    bytes.file(), "'" + entry.name() + "': does not unpack: " + broken.getMessage(), broken);
        } finally {
            inflater.end();
        }
    }

    /** {@return the CRC-32 of the parts, one after the other} */
    static long crc(MemorySegment... parts) {
        CRC32 crc = new CRC32();
        for (MemorySegment part : parts) {
            for (long at = 0; at < part.byteSize(); at += CHUNK_BYTES) {
                long count = Math.min(CHUNK_BYTES, part.byteSize() - at);
                crc.update(part.asSlice(at, count).asByteBuffer());
            }
        }
        return crc.getValue();
    }
}
