package dev.lockstep.serialization;

import dev.lockstep.module.TensorBytes;
import dev.lockstep.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Writes bytes and the elements of tensors to a file, one after the other, and counts them. */
final class FileOutput {
    private static final long CHUNK_BYTES = 1 << 24;

    private final FileChannel channel;
    private long position;

    private FileOutput(FileChannel channel) {
        this.channel = channel;
    }

    /** Writes the contents of a file. */
    interface Contents {
        /** Writes all bytes. */
        void writeTo(FileOutput out) throws IOException;
    }

    /** Takes the elements of a tensor. */
    interface Elements {
        /** Uses the bytes, which are lent for the call. */
        void accept(MemorySegment bytes) throws IOException;
    }

    /**
     * Replaces a file by new contents, which appear whole or not at all.
     *
     * @throws CheckpointWriteException if the file cannot be written; one that was there before is untouched
     */
    static void save(Path file, Contents contents) {
        try {
            AtomicFile.write(file, channel -> contents.writeTo(new FileOutput(channel)));
        } catch (IOException failure) {
            throw new CheckpointWriteException(file, failure);
        }
    }

    /** {@return how many bytes were written} */
    long position() {
        return position;
    }

    void write(ByteBuffer bytes) throws IOException {
        position += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    void write(MemorySegment bytes) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += CHUNK_BYTES) {
            long count = Math.min(CHUNK_BYTES, bytes.byteSize() - at);
            write(bytes.asSlice(at, count).asByteBuffer());
        }
    }

    /** Writes a tensor's elements in C order. */
    void write(Tensor tensor) throws IOException {
        lend(tensor, this::write);
    }

    /** Lends a tensor's elements in C order. */
    static void lend(Tensor tensor, Elements user) throws IOException {
        try {
            TensorBytes.read(tensor, bytes -> {
                try {
                    user.accept(bytes);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }
}
