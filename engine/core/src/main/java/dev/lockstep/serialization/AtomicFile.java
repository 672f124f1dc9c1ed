package dev.lockstep.serialization;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/** Writes a file so that it appears whole or not at all: beside its place, synced to the disk, then renamed over it. */
final class AtomicFile {
    private AtomicFile() {}

    /** Writes the contents into an open file. */
    interface Contents {
        /** Writes all bytes. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Replaces {@code file}; what was there stays until the new one is whole. */
    static void write(Path file, Contents contents) throws IOException {
        Path target = file.toAbsolutePath();
        Path folder = Optional.ofNullable(target.getParent()).orElse(target);
        // Not Files.createTempFile: it would hide the finished file from everybody but its owner.
        Path unfinished = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                contents.writeTo(channel);
                channel.force(true);
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(folder);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Makes the rename itself durable. */
    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
