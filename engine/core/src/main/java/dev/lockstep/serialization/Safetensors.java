package dev.lockstep.serialization;

import dev.lockstep.module.StateDict;
import dev.lockstep.serialization.SafetensorsHeader.Entry;
import dev.lockstep.serialization.SafetensorsHeader.Item;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Reads and writes state dicts in the safetensors format: a JSON header, then the tensors' bytes in C order,
 * little-endian, without gaps. PyTorch's library of the same name reads what is written here and the other way round.
 */
public final class Safetensors {
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
        FileOutput.save(file, out -> write(out, header, state));
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
     * Reads a state dict, tensors in the order of their data. They live outside of any scope until they are closed. A
     * folder, or an index that ends with {@code .index.json}, is read as {@link SafetensorsShards} says.
     *
     * @throws CheckpointCorruptException if the file is missing or breaks a rule of the format
     */
    public static StateDict load(Path file) {
        if (SafetensorsShards.isSharded(file)) {
            return SafetensorsShards.load(file);
        }
        return Loading.collect(tensors -> {
            try (SafetensorsFile opened = SafetensorsFile.open(file)) {
                opened.keys().forEach(key -> tensors.put(key, opened.get(key)));
            }
        });
    }

    /**
     * Reads the strings that were saved beside the tensors.
     *
     * @throws CheckpointCorruptException if the file is missing or breaks a rule of the format
     */
    public static SequencedMap<String, String> metadata(Path file) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return opened.metadata();
        }
    }

    private static void write(FileOutput out, SafetensorsHeader header, StateDict state) throws IOException {
        out.write(ByteBuffer.wrap(header.toBytes()));
        for (Entry entry : header.entries()) {
            out.write(state.get(entry.name()));
        }
    }
}
