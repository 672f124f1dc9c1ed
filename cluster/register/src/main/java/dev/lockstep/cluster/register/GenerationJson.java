package dev.lockstep.cluster.register;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.RegisterException;
import java.io.IOException;
import java.nio.file.Path;

/** The form of a register's files: JSON, read strictly. Thread-safe. */
final class GenerationJson {

    private static final int VERSION = 1;
    private static final int DEPTH_MAX = 16;

    private static final JsonMapper MAPPER = JsonMapper.builder(new JsonFactory()
                    .setStreamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .build()))
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private GenerationJson() {}

    /** The content of a generation's file. */
    record GenerationFile(
            @JsonProperty("version") int version,
            @JsonProperty("generation") Generation generation) {}

    /** The content of an attempt's file. */
    record AttemptFile(
            @JsonProperty("version") int version,
            @JsonProperty("run_id") String runId) {}

    static byte[] write(Generation generation) {
        return bytes(new GenerationFile(VERSION, generation));
    }

    static byte[] writeAttempt(String runId) {
        return bytes(new AttemptFile(VERSION, runId));
    }

    static Generation read(Path file, byte[] content) {
        GenerationFile read = parse(file, content, GenerationFile.class);
        requireVersion(file, read.version());
        return read.generation();
    }

    static String readAttempt(Path file, byte[] content) {
        AttemptFile read = parse(file, content, AttemptFile.class);
        requireVersion(file, read.version());
        return read.runId();
    }

    private static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new AssertionError("cannot write " + value, impossible);
        }
    }

    private static <T> T parse(Path file, byte[] content, Class<T> type) {
        try {
            return MAPPER.readValue(content, type);
        } catch (JacksonException damaged) {
            throw new RegisterException(
                    file + " is damaged or not ours: " + damaged.getOriginalMessage()
                            + ". Nobody else may write there; begin the run in a new folder.",
                    damaged);
        } catch (IOException impossible) {
            throw new AssertionError("reading from memory failed: " + file, impossible);
        }
    }

    private static void requireVersion(Path file, int version) {
        if (version != VERSION) {
            throw new RegisterException(file + " has version " + version + ", this Lockstep reads version " + VERSION);
        }
    }
}
