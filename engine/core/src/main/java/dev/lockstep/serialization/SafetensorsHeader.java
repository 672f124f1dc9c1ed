package dev.lockstep.serialization;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The head of a safetensors file: a little-endian u64 with the length of the JSON that follows, then the JSON, padded
 * with spaces so that the data begin at a multiple of eight. Entries stand in the order of their data.
 *
 * @param entries the tensors
 * @param metadata the strings of {@code __metadata__}
 */
record SafetensorsHeader(List<Entry> entries, SequencedMap<String, String> metadata) {
    /** The key of the JSON object that is no tensor. */
    static final String METADATA = "__metadata__";
    /** The format's own limit on the JSON's length. */
    static final long JSON_BYTES_MAX = 100_000_000;
    /** Bytes before the JSON. */
    static final int LENGTH_BYTES = Long.BYTES;

    private static final int ALIGNMENT = 8;

    SafetensorsHeader {
        entries = List.copyOf(entries);
        metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    }

    /**
     * One tensor.
     *
     * @param name its key
     * @param type of its elements
     * @param shape its sizes
     * @param begin where its bytes begin, counted from the end of the header
     * @param end one past its last byte
     */
    record Entry(String name, SafetensorsType type, Shape shape, long begin, long end) {}

    /** What is to be written, before it has a place. */
    record Item(String name, DType dtype, Shape shape) {
        long sizeBytes() {
            return Math.multiplyExact(shape.elements(), dtype.sizeBytes());
        }
    }

    /** Gives each item its place, in the order of the list. */
    static SafetensorsHeader place(List<Item> items, Map<String, String> metadata) {
        List<Entry> entries = new ArrayList<>();
        long at = 0;
        for (Item item : items) {
            long end = Math.addExact(at, item.sizeBytes());
            entries.add(new Entry(item.name(), SafetensorsType.of(item.dtype()), item.shape(), at, end));
            at = end;
        }
        return new SafetensorsHeader(entries, new LinkedHashMap<>(metadata));
    }

    /** {@return the length of the data that this header describes} */
    long dataBytes() {
        return entries.isEmpty() ? 0 : entries.getLast().end();
    }

    /** {@return the bytes before the data: length, JSON and padding} */
    byte[] toBytes() {
        byte[] json = json().getBytes(StandardCharsets.UTF_8);
        int padding = Math.floorMod(-json.length, ALIGNMENT);
        long length = json.length + (long) padding;
        if (length > JSON_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "safetensors: a header of " + length + " bytes is over the format's limit of " + JSON_BYTES_MAX);
        }
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH_BYTES + (int) length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(length).put(json);
        while (bytes.hasRemaining()) {
            bytes.put((byte) ' ');
        }
        return bytes.array();
    }

    private String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> pair : metadata.entrySet()) {
                    json.writeStringField(pair.getKey(), pair.getValue());
                }
                json.writeEndObject();
            }
            for (Entry entry : entries) {
                write(json, entry);
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("a string writer does not fail", impossible);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Entry entry) throws IOException {
        json.writeObjectFieldStart(entry.name());
        json.writeStringField("dtype", entry.type().name());
        writeLongs(json, "shape", entry.shape().toArray());
        writeLongs(json, "data_offsets", entry.begin(), entry.end());
        json.writeEndObject();
    }

    private static void writeLongs(JsonGenerator json, String field, long... numbers) throws IOException {
        json.writeFieldName(field);
        json.writeArray(numbers, 0, numbers.length);
    }
}
