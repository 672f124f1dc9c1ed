package dev.lockstep.launcher.worker;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.launcher.link.BlackBox;
import dev.lockstep.launcher.link.WorkerMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;

/** Writes {@code error.json}: what ended a worker's program, whole or not at all. */
final class ErrorFile {
    private static final int SCHEMA = 1;

    private ErrorFile() {}

    static void write(Path logs, WorkerMessage.Failed failed, BlackBox box) {
        JsonMapper mapper = JsonMapper.builder().build();
        ObjectNode error = mapper.createObjectNode();
        error.put("schema", SCHEMA);
        error.put("local_rank", System.getenv("LOCAL_RANK"));
        error.put("pid", ProcessHandle.current().pid());
        error.put("run_id", System.getenv("LOCKSTEP_RUN_ID"));
        error.put("attempt", System.getenv("LOCKSTEP_ATTEMPT"));
        error.put("time", Instant.now(Clock.systemUTC()).toString());
        error.put("exit_code", failed.exitCode());
        error.put("class", failed.exception());
        error.put("message", failed.message());
        error.set("causes", mapper.valueToTree(failed.causes()));
        error.set("frames", mapper.valueToTree(failed.frames()));
        error.put("step", box.read().step() + 1); // from 1 as everywhere; 0 before training
        error.put("operation", box.read().phase().text());
        try {
            Path part = logs.resolve("error.json.part");
            Files.writeString(part, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(error) + "\n");
            Files.move(part, logs.resolve("error.json"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write error.json in " + logs, e);
        }
    }
}
