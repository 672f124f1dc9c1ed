package dev.lockstep.launcher.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a run's events, one JSON object a line, to {@code events.jsonl} and, if asked, to standard output; and its
 * metrics to {@code metrics.jsonl}. Every event carries the time of day and the milliseconds of one monotonic clock
 * since the run began. Each line is out before the call returns. Confined to one thread.
 */
final class Events implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Writer events;
    private final Writer metrics;
    private final @Nullable PrintStream echo;
    private final InstantSource time;
    private final LongSupplier nanoClock;
    private final long startNanos;

    /** Opens both files; {@code echo} gets the events too unless it is null. */
    Events(RunFolder folder, @Nullable PrintStream echo, InstantSource time, LongSupplier nanoClock) {
        this.events = open(folder.file("events.jsonl"));
        this.metrics = open(folder.file("metrics.jsonl"));
        this.echo = echo;
        this.time = time;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
    }

    /** {@return an empty object, to be filled and written} */
    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Puts a number, or null where JSON has none for it. */
    static void put(ObjectNode object, String name, double value) {
        if (Double.isFinite(value)) {
            object.put(name, value);
        } else {
            object.putNull(name);
        }
    }

    /** {@return milliseconds since the run began} */
    double millis() {
        return (nanoClock.getAsLong() - startNanos) / 1e6;
    }

    /** Writes an event of the given kind with the fields of {@code fields}, in their order. */
    void event(String kind, ObjectNode fields) {
        ObjectNode event = MAPPER.createObjectNode();
        event.put("event", kind);
        for (Map.Entry<String, com.fasterxml.jackson.databind.JsonNode> field : fields.properties()) {
            event.set(field.getKey(), field.getValue());
        }
        event.put("time", time.instant().toString());
        event.put("ms", Math.round(millis() * 1000) / 1000.0);
        String line = line(event);
        append(events, line);
        if (echo != null) {
            echo.print(line);
            echo.flush();
        }
    }

    /** Writes a line of metrics. */
    void metric(ObjectNode fields) {
        append(metrics, line(fields));
    }

    @Override
    public void close() {
        try (events;
                metrics) {
            events.flush();
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "cannot write to the run folder: " + e, e);
        }
    }

    private static Writer open(Path file) {
        try {
            return Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "cannot write " + file + ": " + e, e);
        }
    }

    private static String line(ObjectNode object) {
        try {
            return MAPPER.writeValueAsString(object) + "\n";
        } catch (JsonProcessingException e) {
            throw new AssertionError("events: " + object, e);
        }
    }

    private static void append(Writer writer, String line) {
        try {
            writer.write(line);
            writer.flush();
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "cannot write to the run folder: " + e, e);
        }
    }
}
