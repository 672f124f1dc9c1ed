package dev.lockstep.serialization;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.lockstep.layout.Shape;
import dev.lockstep.serialization.SafetensorsHeader.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a safetensors header strictly: known fields only, each once, integers only, and the tensors' data
 * must fill the rest of the file without holes or overlaps. Confined to a thread; for one file.
 */
final class SafetensorsParser {
    private static final int RANK_MAX = 64;
    private static final int NESTING_MAX = 3;
    private static final int DIGITS_MAX = 20;
    private static final int STRING_CHARS_MAX = 10_000_000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxNumberLength(DIGITS_MAX)
                    .maxStringLength(STRING_CHARS_MAX)
                    .maxNameLength(STRING_CHARS_MAX)
                    .build())
            .build();

    private final Path file;
    private final JsonParser json;
    private final List<Entry> entries = new ArrayList<>();
    private final LinkedHashMap<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsParser(Path file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    /**
     * Parses the JSON part of a header.
     *
     * @param bytes the JSON with its padding
     * @param dataBytes the bytes that follow it in the file
     * @throws CheckpointCorruptException saying which rule is broken, and where
     */
    static SafetensorsHeader parse(Path file, byte[] bytes, long dataBytes) {
        var text = new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = JSON.createParser(text)) {
            SafetensorsParser parser = new SafetensorsParser(file, json);
            parser.readHeader();
            return parser.checked(dataBytes);
        } catch (JsonProcessingException wrong) {
            throw new CheckpointCorruptException(file, "header is not the JSON it should be: " + where(wrong), wrong);
        } catch (CharacterCodingException wrong) {
            throw new CheckpointCorruptException(file, "header is not UTF-8", wrong);
        } catch (IOException wrong) {
            throw new CheckpointCorruptException(file, "header cannot be read: " + wrong.getMessage(), wrong);
        }
    }

    private static String where(JsonProcessingException wrong) {
        long offset = wrong.getLocation() == null ? -1 : wrong.getLocation().getCharOffset();
        return wrong.getOriginalMessage() + (offset < 0 ? "" : " (character " + offset + ")");
    }

    private void readHeader() throws IOException {
        expect(JsonToken.START_OBJECT, "the header");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (name.equals(SafetensorsHeader.METADATA)) {
                readMetadata();
            } else {
                entries.add(readEntry(name));
            }
        }
        if (json.nextToken() != null) {
            throw broken("expected nothing after the header's object");
        }
    }

    private void readMetadata() throws IOException {
        expect(JsonToken.START_OBJECT, SafetensorsHeader.METADATA);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            expect(JsonToken.VALUE_STRING, "value of '" + key + "' in " + SafetensorsHeader.METADATA);
            metadata.put(key, json.getText());
        }
    }

    private Entry readEntry(String name) throws IOException {
        expect(JsonToken.START_OBJECT, "'" + name + "'");
        SafetensorsType type = null;
        Shape shape = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            switch (json.currentName()) {
                case "dtype" -> type = readType(name);
                case "shape" -> shape = shape(name, readLongs(name, "shape"));
                case "data_offsets" -> offsets = readLongs(name, "data_offsets");
                default -> throw broken("tensor '" + name + "': unknown field '" + json.currentName() + "'");
            }
        }
        return entry(name, type, shape, offsets);
    }

    private Entry entry(String name, @Nullable SafetensorsType type, @Nullable Shape shape, long @Nullable [] offsets) {
        if (type == null || shape == null || offsets == null) {
            throw broken("tensor '" + name + "': dtype, shape and data_offsets are all needed");
        }
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw broken("tensor '" + name + "': data_offsets must be [begin, end] with begin <= end");
        }
        if (type.sizeBytes(shape.elements()) != offsets[1] - offsets[0]) {
            throw broken("tensor '" + name + "': " + type + shape + " does not take " + (offsets[1] - offsets[0])
                    + " bytes, as its data_offsets say");
        }
        return new Entry(name, type, shape, offsets[0], offsets[1]);
    }

    private SafetensorsType readType(String name) throws IOException {
        expect(JsonToken.VALUE_STRING, "dtype of '" + name + "'");
        String text = json.getText();
        for (SafetensorsType type : SafetensorsType.values()) {
            if (type.name().equals(text)) {
                return type;
            }
        }
        throw broken("tensor '" + name + "': dtype '" + text + "' is none of the format's");
    }

    private Shape shape(String name, long[] sizes) {
        try {
            return Shape.of(sizes);
        } catch (ArithmeticException overflow) {
            throw new CheckpointCorruptException(
                    file, "tensor '" + name + "': sizes multiply to more than 64 bits", overflow);
        }
    }

    private long[] readLongs(String name, String field) throws IOException {
        expect(JsonToken.START_ARRAY, field + " of '" + name + "'");
        long[] numbers = new long[RANK_MAX];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getLongValue() < 0 || count == RANK_MAX) {
                throw broken(
                        field + " of '" + name + "': expected at most " + RANK_MAX + " numbers from 0 to 2^63 - 1");
            }
            numbers[count++] = json.getLongValue();
        }
        return java.util.Arrays.copyOf(numbers, count);
    }

    private SafetensorsHeader checked(long dataBytes) {
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long at = 0;
        for (Entry entry : entries) {
            if (entry.begin() != at) {
                String kind = entry.begin() < at ? "overlaps the tensor before it" : "leaves a hole before it";
                throw broken("tensor '" + entry.name() + "': begins at byte " + entry.begin() + " of the data and "
                        + kind + ", which ends at " + at);
            }
            at = entry.end();
        }
        if (at != dataBytes) {
            throw broken("tensors take " + at + " bytes, but " + dataBytes + " bytes of data follow the header");
        }
        return new SafetensorsHeader(entries, metadata);
    }

    private void expect(JsonToken token, String place) throws IOException {
        JsonToken found = json.nextToken();
        if (found != token) {
            throw broken(
                    place + ": expected " + words(token) + ", found " + (found == null ? "the end" : words(found)));
        }
    }

    private static String words(JsonToken token) {
        return token.name().toLowerCase(Locale.ROOT).replace("value_", "").replace('_', ' ');
    }

    private CheckpointCorruptException broken(String problem) {
        return new CheckpointCorruptException(file, problem);
    }
}
