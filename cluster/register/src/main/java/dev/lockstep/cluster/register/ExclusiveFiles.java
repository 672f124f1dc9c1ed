package dev.lockstep.cluster.register;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Files of a folder that are written once, whole, by the first who comes. Thread-safe, also between processes and
 * machines.
 *
 * <p>A file is written under a temporary name, forced to disk, and then hard-linked to its name: a link refuses a name
 * that exists, where a rename would replace it without a word. A crash leaves at most a temporary file, whose name
 * begins with a dot and which nobody reads.
 */
final class ExclusiveFiles {

    private static final int SIZE_BYTES_MAX = 16 << 20;

    private final Path folder;

    ExclusiveFiles(Path folder) {
        this.folder = folder;
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /** Creates a file; returns whether this call did. In both cases the file is durable afterwards. */
    boolean create(String name, byte[] content) throws IOException {
        Files.createDirectories(folder);
        Path temporary = Files.createTempFile(folder, ".new-", "");
        try {
            writeDurably(temporary, content);
            return link(path(name), temporary);
        } finally {
            Files.deleteIfExists(temporary);
            forceFolder();
        }
    }

    Optional<byte[]> read(String name) throws IOException {
        try {
            long size = Files.size(path(name));
            if (size > SIZE_BYTES_MAX) {
                throw new IOException("the file has " + size + " bytes, more than " + SIZE_BYTES_MAX);
            }
            return Optional.of(Files.readAllBytes(path(name)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    private static boolean link(Path name, Path temporary) throws IOException {
        try {
            Files.createLink(name, temporary);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        } catch (UnsupportedOperationException none) {
            throw new IOException("the file system has no hard links", none);
        }
    }

    private static void writeDurably(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private void forceFolder() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
