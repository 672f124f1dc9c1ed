package dev.lockstep.serialization;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a file so that it appears whole or not at all: beside its place, synced to the disk, then renamed over it. */
final class AtomicFile {
    private static final int CLAIMS_MAX = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(AtomicFile.class);

    private AtomicFile() {}

    /** Writes the contents into an open file. */
    interface Contents {
        /** Writes all bytes. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Replaces {@code file}; what was there stays until the new one is whole. */
    static void write(Path file, Contents contents) throws IOException {
        Path target = file.toAbsolutePath();
        Path folder = folderFor(target);
        Path unfinished = claim(folder, "." + target.getFileName() + ".");
        try {
            try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                contents.writeTo(channel);
                channel.force(true);
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(folder);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Finds out whether a file could be written, by a file beside it that is gone when this returns. */
    static void probe(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Files.delete(claim(folderFor(target), "." + target.getFileName() + "."));
    }

    /** A rename would put a file in the place of a device. */
    private static Path folderFor(Path target) throws IOException {
        Path folder = Optional.ofNullable(target.getParent()).orElse(target);
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new IOException("it is there and is no regular file");
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder);
        }
        return folder;
    }

    /**
     * Creates an empty file under a name that nobody else has, another process or a run that died included. Not
     * Files.createTempFile: it would hide the finished file from everybody but its owner.
     */
    private static Path claim(Path folder, String prefix) throws IOException {
        for (int number = 0; number < CLAIMS_MAX; number++) {
            try {
                return Files.createFile(folder.resolve(prefix + number + ".tmp"));
            } catch (FileAlreadyExistsException taken) {
                LOG.debug("{} is taken", taken.getFile());
            }
        }
        throw new IOException("remove the " + CLAIMS_MAX + " unfinished files " + prefix + "*.tmp in " + folder);
    }

    /** Makes the rename itself durable. */
    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
