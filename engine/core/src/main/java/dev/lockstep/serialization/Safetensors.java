package dev.lockstep.serialization;

import dev.lockstep.module.StateDict;
import dev.lockstep.module.TensorBytes;
import dev.lockstep.serialization.SafetensorsHeader.Entry;
import dev.lockstep.serialization.SafetensorsHeader.Item;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Reads and writes state dicts in the safetensors format: a JSON header, then the tensors' bytes in C order,
 * little-endian, without gaps. PyTorch's library of the same name reads what is written here and the other way round.
 */
public final class Safetensors {
    private static final long CHUNK_BYTES = 1 << 24;

    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new AssertionError("tensor memory is written as it lies, which needs a little-endian machine");
        }
    }

    private Safetensors() {}

    /** Writes a state dict; see {@link #save(StateDict, Path, Map)}. */
    public static void save(StateDict state, Path file) {
        save(state, file, Map.of());
    }

    /**
     * Writes a state dict with strings of one's own. The file appears whole or not at all, and is on the disk when this
     * returns. Tensors stand by width of their dtype, widest first, then by name, so that each lies aligned and equal
     * states make equal files.
     *
     * @throws CheckpointWriteException if the file cannot be written; one that was there before is untouched
     */
    public static void save(StateDict state, Path file, Map<String, String> metadata) {
        List<Item> items = state.tensors().entrySet().stream()
                .map(pair -> new Item(
                        pair.getKey(), pair.getValue().dtype(), pair.getValue().shape()))
                .sorted(Comparator.<Item>comparingInt(item -> -item.dtype().sizeBytes())
                        .thenComparing(Item::name))
                .toList();
        if (state.contains(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("safetensors: no tensor may be named " + SafetensorsHeader.METADATA);
        }
        SafetensorsHeader header = SafetensorsHeader.place(items, new java.util.TreeMap<>(metadata));
        try {
            AtomicFile.write(file, channel -> write(channel, header, state));
        } catch (IOException failure) {
            throw new CheckpointWriteException(file, failure);
        }
    }

    /**
     * Finds out, before work is done for it, whether a file could be written: its folder is there and may be written,
     * and nothing but a regular file is in its place. Leaves nothing behind.
     *
     * @throws CheckpointWriteException if it could not
     */
    public static void requireWritable(Path file) {
        try {
            AtomicFile.probe(file);
        } catch (IOException failure) {
            throw new CheckpointWriteException(file, failure);
        }
    }

    /**
     * Reads a state dict, tensors in the order of their data. They live outside of any scope until they are closed.
     *
     * @throws CheckpointCorruptException if the file is missing or breaks a rule of the format
     */
    public static StateDict load(Path file) {
        return read(file, (header, data) -> new StateDict(tensors(header, data)));
    }

    /**
     * Reads the strings that were saved beside the tensors.
     *
     * @throws CheckpointCorruptException if the file is missing or breaks a rule of the format
     */
    public static SequencedMap<String, String> metadata(Path file) {
        return read(file, (header, data) -> header.metadata());
    }

    private interface Reader<T> {
        T read(SafetensorsHeader header, MemorySegment data);
    }

    private static <T> T read(Path file, Reader<T> reader) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            byte[] json = readJson(file, channel);
            long start = (long) SafetensorsHeader.LENGTH_BYTES + json.length;
            long dataBytes = channel.size() - start;
            SafetensorsHeader header = SafetensorsParser.parse(file, json, dataBytes);
            return reader.read(header, channel.map(MapMode.READ_ONLY, start, dataBytes, arena));
        } catch (NoSuchFileException missing) {
            throw new CheckpointCorruptException(file, "no such file", missing);
        } catch (IOException broken) {
            throw new CheckpointCorruptException(file, "cannot be read: " + broken.getMessage(), broken);
        }
    }

    private static byte[] readJson(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < SafetensorsHeader.LENGTH_BYTES) {
            throw new CheckpointCorruptException(
                    file, "offset 0: expected 8 bytes with the header's length, the file has " + size);
        }
        ByteBuffer length = fill(channel, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN), 0);
        long jsonBytes = length.getLong();
        long bytesMax = Math.min(SafetensorsHeader.JSON_BYTES_MAX, size - SafetensorsHeader.LENGTH_BYTES);
        if (jsonBytes < 0 || jsonBytes > bytesMax) {
            throw new CheckpointCorruptException(
                    file,
                    "offset 0: expected a header's length of at most " + bytesMax + ", found "
                            + Long.toUnsignedString(jsonBytes));
        }
        byte[] json =
                fill(channel, ByteBuffer.allocate((int) jsonBytes), Long.BYTES).array();
        if (json.length == 0 || json[0] != '{') {
            throw new CheckpointCorruptException(file, "offset 8: expected the header to begin with '{'");
        }
        return json;
    }

    private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer, long offset) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    private static SequencedMap<String, Tensor> tensors(SafetensorsHeader header, MemorySegment data) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (Entry entry : header.entries()) {
            MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
            long[] sizes = entry.shape().toArray();
            tensors.put(entry.name(), Scope.outside(() -> Tensors.of(bytes, entry.dtype(), sizes)));
        }
        return tensors;
    }

    private static void write(FileChannel channel, SafetensorsHeader header, StateDict state) throws IOException {
        writeFully(channel, ByteBuffer.wrap(header.toBytes()));
        for (Entry entry : header.entries()) {
            try {
                TensorBytes.read(state.get(entry.name()), bytes -> writeChunks(channel, bytes));
            } catch (UncheckedIOException failure) {
                throw failure.getCause();
            }
        }
    }

    private static void writeChunks(FileChannel channel, MemorySegment bytes) {
        try {
            for (long at = 0; at < bytes.byteSize(); at += CHUNK_BYTES) {
                long count = Math.min(CHUNK_BYTES, bytes.byteSize() - at);
                writeFully(channel, bytes.asSlice(at, count).asByteBuffer());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
