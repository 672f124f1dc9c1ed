package dev.lockstep.serialization;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Reads and writes a state dict in several safetensors files with an index beside them, as Hugging Face's libraries do:
 * {@code model-00001-of-00003.safetensors} and so on, and {@code model.safetensors.index.json}, which says which file
 * has which tensor.
 */
public final class SafetensorsShards {
    /** The name of the index. */
    public static final String INDEX = "model.safetensors.index.json";

    private static final String INDEX_SUFFIX = ".index.json";
    private static final String SINGLE = "model.safetensors";

    private SafetensorsShards() {}

    static boolean isSharded(Path file) {
        return file.toString().endsWith(INDEX_SUFFIX) || Files.isDirectory(file);
    }

    /**
     * Reads all shards. The tensors live outside of any scope.
     *
     * @param place the index, or a folder with {@value #INDEX} or a single {@code model.safetensors}
     * @throws CheckpointCorruptException if a file is missing or breaks a rule of the format, or index and shards do
     *     not say the same
     */
    public static StateDict load(Path place) {
        if (!Files.isDirectory(place)) {
            return loadIndex(place);
        }
        Path index = place.resolve(INDEX);
        Path single = place.resolve(SINGLE);
        return Files.exists(index) || !Files.exists(single) ? loadIndex(index) : Safetensors.load(single);
    }

    private static StateDict loadIndex(Path index) {
        SequencedMap<String, String> places = FileBytes.read(index, bytes -> new ShardIndex(bytes).weightMap());
        SequencedMap<String, Set<String>> byShard = new LinkedHashMap<>();
        places.forEach((key, shard) ->
                byShard.computeIfAbsent(shard, _ -> new LinkedHashSet<>()).add(key));
        return Loading.collect(tensors ->
                byShard.forEach((shard, keys) -> loadShard(index, index.resolveSibling(shard), keys, tensors)));
    }

    private static void loadShard(Path index, Path shard, Set<String> keys, SequencedMap<String, Tensor> tensors) {
        try (SafetensorsFile opened = SafetensorsFile.open(shard)) {
            if (!opened.keys().equals(keys)) {
                Set<String> missing = new LinkedHashSet<>(keys);
                missing.removeAll(opened.keys());
                Set<String> unexpected = new LinkedHashSet<>(opened.keys());
                unexpected.removeAll(keys);
                throw new CheckpointCorruptException(
                        index,
                        shard.getFileName() + " lacks " + missing + " of the index and has " + unexpected
                                + " that the index does not place there");
            }
            opened.keys().forEach(key -> tensors.put(key, opened.get(key)));
        }
    }

    /**
     * Writes shards of at most some bytes of tensors each; one tensor alone may be larger. The index is written last,
     * so that it never names a shard that is not there. Older shards of the folder are left where they are.
     *
     * @param folder which is there already
     * @param shardBytesMax the most that a shard's tensors take
     * @throws CheckpointWriteException if a file cannot be written
     */
    public static void save(StateDict state, Path folder, long shardBytesMax) {
        if (shardBytesMax < 1) {
            throw new IllegalArgumentException("safetensors: shards of " + shardBytesMax + " bytes");
        }
        List<SequencedMap<String, Tensor>> shards = cut(state, shardBytesMax);
        Map<String, String> places = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
            Safetensors.save(new StateDict(shards.get(i)), folder.resolve(name), Map.of("format", "pt"));
            shards.get(i).keySet().forEach(key -> places.put(key, name));
        }
        byte[] json = json(places, totalBytes(state));
        FileOutput.save(folder.resolve(INDEX), out -> out.write(ByteBuffer.wrap(json)));
    }

    private static List<SequencedMap<String, Tensor>> cut(StateDict state, long shardBytesMax) {
        List<SequencedMap<String, Tensor>> shards = new ArrayList<>();
        shards.add(new LinkedHashMap<>());
        long taken = 0;
        for (Map.Entry<String, Tensor> pair : state.tensors().entrySet()) {
            long size = TensorElements.sizeBytes(
                    pair.getValue().dtype(), pair.getValue().shape());
            if (!shards.getLast().isEmpty() && size > shardBytesMax - taken) {
                shards.add(new LinkedHashMap<>());
                taken = 0;
            }
            shards.getLast().put(pair.getKey(), pair.getValue());
            taken += size;
        }
        return shards;
    }

    private static long totalBytes(StateDict state) {
        return state.tensors().values().stream()
                .mapToLong(tensor -> TensorElements.sizeBytes(tensor.dtype(), tensor.shape()))
                .sum();
    }

    private static byte[] json(Map<String, String> places, long totalBytes) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeObjectFieldStart("metadata");
            json.writeNumberField("total_size", totalBytes);
            json.writeEndObject();
            json.writeObjectFieldStart("weight_map");
            for (Map.Entry<String, String> place : places.entrySet()) {
                json.writeStringField(place.getKey(), place.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("a string writer does not fail", impossible);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
