package dev.lockstep.collectives.shared;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files behind segments: {@code lockstep-JOB-GENERATION-RANK}, for their owner only. A file appears under its name
 * when it is whole, or empty where its owner has no room. Thread-safe.
 */
final class SegmentFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFiles.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int FILL_BYTES = 1 << 20;
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;
    private final String prefix;

    SegmentFiles(Path folder, String job) {
        this.folder = folder;
        this.prefix = "lockstep-" + job + "-";
    }

    private Path path(SharedSegment.Owner owner) {
        return folder.resolve(prefix + owner.generation() + "-" + owner.rank());
    }

    String place() throws IOException {
        String text = (Files.exists(BOOT_ID) ? Files.readString(BOOT_ID) : "") + Files.getAttribute(folder, "unix:dev")
                + " " + Files.getAttribute(folder, "unix:ino") + " " + Files.getAttribute(folder, "unix:uid");
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }

    boolean hasRoom(long sizeBytes) {
        try {
            return Files.isWritable(folder) && Files.getFileStore(folder).getUsableSpace() / 2 > sizeBytes;
        } catch (IOException e) {
            LOG.debug("no shared memory in {}", folder, e);
            return false;
        }
    }

    /** {@return the own segment, which now has its name; empty if there is no room, which its peers can see} */
    Optional<SharedSegment> create(SharedSegment.Owner owner, SegmentLayout layout, Arena arena) {
        Path path = path(owner);
        Path unfinished = path.resolveSibling(path.getFileName() + ".new");
        try (FileChannel file = createNew(unfinished)) {
            fill(file, layout.totalBytes());
            SharedSegment segment =
                    new SharedSegment(layout, file.map(FileChannel.MapMode.READ_WRITE, 0, layout.totalBytes(), arena));
            segment.begin(owner);
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            return Optional.of(segment);
        } catch (IOException e) {
            LOG.warn("no room for {} bytes of shared memory in {}: {}", layout.totalBytes(), folder, e.toString());
            delete(unfinished);
            refuse(path);
            return Optional.empty();
        }
    }

    /**
     * Allocates the file in full by writing it: where memory is short this fails, while touching a page of a mapped
     * file that has no memory behind it would end the process.
     */
    private static void fill(FileChannel file, long sizeBytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_BYTES);
        for (long left = sizeBytes; left > 0; ) {
            zeros.clear().limit((int) Math.min(FILL_BYTES, left));
            left -= file.write(zeros);
        }
    }

    private static void refuse(Path path) {
        try {
            Files.createFile(path, OWNER_ONLY);
        } catch (FileAlreadyExistsException _) {
            LOG.debug("{} says already that there is no room", path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make so much as an empty file " + path, e);
        }
    }

    boolean exists(SharedSegment.Owner owner) {
        return Files.exists(path(owner));
    }

    boolean isRefused(SharedSegment.Owner owner) throws IOException {
        return Files.size(path(owner)) == 0;
    }

    /**
     * {@return the segment of a peer, to read}
     *
     * @throws IOException if it cannot be mapped or is not that of {@code owner}
     */
    SharedSegment open(SharedSegment.Owner owner, SegmentLayout layout, Arena arena) throws IOException {
        try (FileChannel file = FileChannel.open(path(owner), StandardOpenOption.READ)) {
            if (file.size() != layout.totalBytes()) {
                throw new IOException(
                        "it has " + file.size() + " bytes where " + layout.totalBytes() + " were expected");
            }
            SharedSegment segment =
                    new SharedSegment(layout, file.map(FileChannel.MapMode.READ_ONLY, 0, layout.totalBytes(), arena));
            String difference = segment.difference(owner);
            if (!difference.isEmpty()) {
                throw new IOException(difference);
            }
            return segment;
        }
    }

    private Path roomPath(SharedSegment.Owner owner, String name) {
        return path(owner).resolveSibling(path(owner).getFileName() + "-room-" + name);
    }

    /** {@return a new room of the owner, which has its name when it is whole; empty if there is no space} */
    Optional<MemorySegment> createRoom(SharedSegment.Owner owner, String name, long sizeBytes, Arena arena) {
        Path path = roomPath(owner, name);
        Path unfinished = path.resolveSibling(path.getFileName() + ".new");
        try (FileChannel file = createNew(unfinished)) {
            fill(file, sizeBytes);
            MemorySegment room = file.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, arena);
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            return Optional.of(room);
        } catch (IOException e) {
            LOG.warn("no room for {} bytes of shared memory in {}: {}", sizeBytes, folder, e.toString());
            delete(unfinished);
            return Optional.empty();
        }
    }

    private static FileChannel createNew(Path path) throws IOException {
        return FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                OWNER_ONLY);
    }

    /** {@return a room of a peer, to read} */
    MemorySegment openRoom(SharedSegment.Owner owner, String name, Arena arena) throws IOException {
        try (FileChannel file = FileChannel.open(roomPath(owner, name), StandardOpenOption.READ)) {
            return file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
        }
    }

    /** Takes the name from a room; its memory lives while it is mapped. */
    void removeRoom(SharedSegment.Owner owner, String name) {
        delete(roomPath(owner, name));
    }

    /** Takes the name from the own segment; its memory lives while it is mapped. */
    void remove(SharedSegment.Owner owner) {
        try {
            if (!isRefused(owner)) { // A refusal stays until all have seen it.
                delete(path(owner));
            }
        } catch (IOException e) {
            LOG.debug("the segment {} is gone already", path(owner), e);
        }
    }

    /** Removes what is left of older generations of the job, refusals included. */
    void removeOlderThan(long generation) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, prefix + "*")) {
            for (Path path : left) {
                String[] parts =
                        path.getFileName().toString().substring(prefix.length()).split("-", 2);
                if (parts[0].matches("[0-9]{1,18}") && Long.parseLong(parts[0]) < generation) {
                    delete(path);
                }
            }
        } catch (IOException e) {
            LOG.debug("cannot look for old segments in {}", folder, e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("cannot delete {}: {}", path, e.toString());
        }
    }
}
