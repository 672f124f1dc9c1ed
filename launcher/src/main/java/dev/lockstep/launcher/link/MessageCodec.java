package dev.lockstep.launcher.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;

/** Turns messages into lines and back. What is not on the list of its sealed interface is refused. Thread-safe. */
public final class MessageCodec<M> {
    /** The longest line that is read, in bytes. */
    public static final int LINE_BYTES_MAX = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(LINE_BYTES_MAX)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ObjectReader reader;
    private final ObjectWriter writer;

    private MessageCodec(Class<M> kind) {
        reader = MAPPER.readerFor(kind);
        writer = MAPPER.writerFor(kind);
    }

    /** {@return the codec of what workers say} */
    public static MessageCodec<WorkerMessage> ofWorker() {
        return new MessageCodec<>(WorkerMessage.class);
    }

    /** {@return the codec of what agents say} */
    public static MessageCodec<AgentMessage> ofAgent() {
        return new MessageCodec<>(AgentMessage.class);
    }

    /** {@return the message as one line, its line feed included} */
    public byte[] encode(M message) {
        try {
            return (writer.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new AssertionError("link: " + message + " has no JSON form", e);
        }
    }

    /**
     * Reads one message.
     *
     * @throws LinkException if the line is not a message on the list
     */
    public M decode(String line) {
        try {
            M message = reader.readValue(line);
            if (message == null) {
                throw new LinkException("link: not a message: null", null);
            }
            return message;
        } catch (JsonProcessingException e) {
            throw new LinkException("link: not a message: " + abridge(line) + ": " + e.getOriginalMessage(), e);
        }
    }

    private static String abridge(String line) {
        return line.length() <= 120 ? line : line.substring(0, 120) + "... (" + line.length() + " characters)";
    }
}
