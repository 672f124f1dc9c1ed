package dev.lockstep.serialization;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * Reads the index of a sharded state dict. Shards are named by plain file names, so that an index cannot reach out of
 * its folder.
 */
final class ShardIndex {
    private static final int BYTES_MAX = 100_000_000;
    private static final int NESTING_MAX = 16;
    private static final Pattern PLAIN_NAME = Pattern.compile("[\\w][\\w.+-]*\\.safetensors");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(NESTING_MAX).build())
            .build();

    private final FileBytes bytes;

    ShardIndex(FileBytes bytes) {
        this.bytes = bytes;
    }

    /** {@return the shard of each tensor} */
    SequencedMap<String, String> weightMap() {
        if (bytes.size() > BYTES_MAX) {
            throw bytes.broken("an index of " + bytes.size() + " bytes, at most " + BYTES_MAX + " are read");
        }
        byte[] text = bytes.array(0, (int) bytes.size(), "the index");
        var reader = new InputStreamReader(new ByteArrayInputStream(text), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = JSON.createParser(reader)) {
            return read(json);
        } catch (JsonProcessingException wrong) {
            throw new CheckpointCorruptException(
                    bytes.file(), "is not the JSON it should be: " + wrong.getOriginalMessage(), wrong);
        } catch (IOException wrong) {
            throw new CheckpointCorruptException(bytes.file(), "cannot be read: " + wrong.getMessage(), wrong);
        }
    }

    private SequencedMap<String, String> read(JsonParser json) throws IOException {
        SequencedMap<String, String> places = new LinkedHashMap<>();
        boolean found = false;
        expect(json.nextToken() == JsonToken.START_OBJECT, "expected an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean map = json.currentName().equals("weight_map");
            json.nextToken();
            if (map) {
                readMap(json, places);
                found = true;
            } else {
                json.skipChildren();
            }
        }
        expect(json.nextToken() == null, "expected nothing after the object");
        expect(found, "expected a field 'weight_map'");
        return places;
    }

    private void readMap(JsonParser json, SequencedMap<String, String> places) throws IOException {
        expect(json.currentToken() == JsonToken.START_OBJECT, "weight_map: expected an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            boolean named = json.nextToken() == JsonToken.VALUE_STRING
                    && PLAIN_NAME.matcher(json.getText()).matches();
            expect(named, "weight_map: '" + key + "': expected the name of a .safetensors file in this folder");
            places.put(key, json.getText());
        }
    }

    private void expect(boolean holds, String problem) {
        if (!holds) {
            throw bytes.broken(problem);
        }
    }
}
