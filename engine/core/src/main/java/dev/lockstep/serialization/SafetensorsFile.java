package dev.lockstep.serialization;

import dev.lockstep.layout.Shape;
import dev.lockstep.serialization.SafetensorsHeader.Entry;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

/**
 * An open safetensors file, mapped into memory: the header is read and checked at once, each tensor when it is asked
 * for. Confined to the thread that opened it.
 *
 * <pre>{@code
 * try (var file = SafetensorsFile.open(path)) {
 *     Tensor weight = file.get("encoder.weight");
 * }
 * }</pre>
 */
public final class SafetensorsFile implements AutoCloseable {
    private final FileBytes bytes;
    private final SequencedMap<String, String> metadata;
    private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    private final long dataAt;

    private SafetensorsFile(FileBytes bytes) {
        this.bytes = bytes;
        byte[] json = json(bytes);
        this.dataAt = (long) SafetensorsHeader.LENGTH_BYTES + json.length;
        SafetensorsHeader header = SafetensorsParser.parse(bytes.file(), json, bytes.size() - dataAt);
        this.metadata = header.metadata();
        header.entries().forEach(entry -> entries.put(entry.name(), entry));
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws CheckpointCorruptException if the file is missing or breaks a rule of the format
     */
    public static SafetensorsFile open(Path file) {
        FileBytes bytes = FileBytes.open(file);
        boolean sound = false;
        try {
            SafetensorsFile opened = new SafetensorsFile(bytes);
            sound = true;
            return opened;
        } finally {
            if (!sound) {
                bytes.close();
            }
        }
    }

    private static byte[] json(FileBytes bytes) {
        long size = bytes.size();
        if (size < SafetensorsHeader.LENGTH_BYTES) {
            throw bytes.broken("offset 0: expected 8 bytes with the header's length, the file has " + size);
        }
        long jsonBytes = bytes.slice(0, SafetensorsHeader.LENGTH_BYTES, "the header's length")
                .get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        long bytesMax = Math.min(SafetensorsHeader.JSON_BYTES_MAX, size - SafetensorsHeader.LENGTH_BYTES);
        if (jsonBytes < 0 || jsonBytes > bytesMax) {
            throw bytes.broken("offset 0: expected a header's length of at most " + bytesMax + ", found "
                    + Long.toUnsignedString(jsonBytes));
        }
        byte[] json = bytes.array(SafetensorsHeader.LENGTH_BYTES, (int) jsonBytes, "the header");
        if (json.length == 0 || json[0] != '{') {
            throw bytes.broken("offset 8: expected the header to begin with '{'");
        }
        return json;
    }

    /** {@return the names of the tensors, in the order of their data} */
    public Set<String> keys() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** {@return the strings that were saved beside the tensors} */
    public SequencedMap<String, String> metadata() {
        return metadata;
    }

    /**
     * {@return the shape of a tensor}
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public Shape shape(String key) {
        return entry(key).shape();
    }

    /**
     * {@return the format's name of a tensor's type, which may be one of which there are no tensors here}
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public String type(String key) {
        return entry(key).type().name();
    }

    /**
     * Copies a tensor out of the file. It lives outside of any scope until it is closed.
     *
     * @throws IllegalArgumentException if there is none of this name
     * @throws CheckpointCorruptException if there are no tensors of its type here, or a bool is neither 0 nor 1
     */
    public Tensor get(String key) {
        Entry entry = entry(key);
        MemorySegment elements = bytes.slice(dataAt + entry.begin(), entry.end() - entry.begin(), "'" + key + "'");
        var dtype = entry.type().dtype();
        if (dtype.isEmpty()) {
            throw bytes.broken("tensor '" + key + "': is of the format's type " + entry.type()
                    + ", of which there are no tensors here");
        }
        return TensorElements.copy(bytes, key, elements, dtype.get(), entry.shape());
    }

    private Entry entry(String key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "safetensors: no tensor '" + key + "' in " + bytes.file() + ", which has " + entries.keySet());
        }
        return entry;
    }

    @Override
    public void close() {
        bytes.close();
    }
}
