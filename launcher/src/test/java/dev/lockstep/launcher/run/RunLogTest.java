package dev.lockstep.launcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.cluster.Member;
import dev.lockstep.cluster.VirtualRankRange;
import dev.lockstep.cluster.WorkPoint;
import dev.lockstep.cluster.WorkerId;
import dev.lockstep.launcher.Command;
import dev.lockstep.launcher.TlsFiles;
import dev.lockstep.launcher.link.LogTail;
import dev.lockstep.launcher.link.WorkerMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
    @TempDir
    Path root;

    private long nowNanos;
    private Events events;
    private RunLog log;

    @BeforeEach
    void open() {
        RunOptions options = new RunOptions(
                new RunOptions.ProgramOptions("digits", "", List.of()),
                new RunOptions.JobOptions(
                        2,
                        0,
                        "cpu",
                        new RunOptions.Connection("tcp", 1, TlsFiles.NONE),
                        Duration.ofMinutes(5),
                        Optional.empty()),
                new RunOptions.WorkerOptions(2, 1, "1g", List.of(), ""),
                new RunOptions.ClusterOptions(1, "", Optional.empty(), Duration.ofMinutes(10), Duration.ofMillis(500)),
                new RunOptions.Output(Optional.of(root), "id", true, 1, -1, false));
        RunFolder folder = RunFolder.create(root);
        events = new Events(folder, null, () -> Instant.EPOCH, () -> nowNanos);
        ProgressLine progress = new ProgressLine(System.out, false, () -> nowNanos);
        Display display = new TextDisplay(options, folder, System.out, System.err, progress);
        log = new RunLog(options, folder, events, display, new LogTail(root.resolve("none"), line -> {}));
    }

    @AfterEach
    void close() {
        events.close();
    }

    private static Generation generation(long number, int workers) {
        List<Member> members = IntStream.range(0, workers)
                .mapToObj(rank -> new Member(
                        new WorkerId(hex(10 + rank)), new AgentId(hex(1)), "host", 100 + rank, rank, "127.0.0.1:1"))
                .toList();
        List<VirtualRankRange> placement = workers == 2
                ? List.of(new VirtualRankRange(0, 1), new VirtualRankRange(1, 2))
                : List.of(new VirtualRankRange(0, 2));
        return new Generation(
                new AttemptId(hex(9), 1), number, number - 1, members, placement, 2, 0, "for a test", false);
    }

    private static String hex(int value) {
        return String.format(Locale.ROOT, "%032x", value);
    }

    private void lose(int rank) {
        lose(rank, WorkPoint.UNKNOWN);
    }

    private void lose(int rank, WorkPoint at) {
        log.incident(
                new Incident(Incident.Severity.FAILURE, rank, "elsewhere", 101, at, "killed by SIGKILL"),
                Optional.empty());
    }

    private JsonNode last(String kind) throws IOException {
        return Files.readAllLines(root.resolve("events.jsonl")).stream()
                .map(Command::parse)
                .filter(event -> event.path("event").asText().equals(kind))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Test
    void countsARecoveryFromTheWordOfALossThatAnotherMachineSaw() throws IOException {
        log.announced(generation(1, 2));
        log.formed(generation(1, 2), OptionalDouble.empty());
        nowNanos = 3_000_000_000L;
        lose(1);
        nowNanos += 40_000_000;
        log.announced(generation(2, 1));
        log.formed(generation(2, 1), OptionalDouble.empty());
        assertEquals(40.0, last("generation").path("recovery_ms").asDouble());
        assertEquals(1, last("failure").path("rank").asInt());
    }

    @Test
    void prefersTheEvidenceOfItsOwnMachine() throws IOException {
        log.announced(generation(1, 2));
        log.formed(generation(1, 2), OptionalDouble.empty());
        lose(1);
        nowNanos = 40_000_000;
        log.announced(generation(2, 1));
        log.formed(generation(2, 1), OptionalDouble.of(45.25));
        assertEquals(45.3, last("generation").path("recovery_ms").asDouble());
    }

    @Test
    void namesTheStepThatTheLostWorkerNotedWhateverTheOthersHaveReported() throws IOException {
        log.announced(generation(1, 2));
        log.progress(new WorkerMessage.Step(5, 1, 40, 0.5, 64, 0.01, 1));
        lose(1, new WorkPoint(6, List.of(1), "all_reduce"));
        assertEquals(7, last("failure").path("step").asInt());
        assertEquals("all_reduce", last("failure").path("operation").asText());
        lose(0);
        assertEquals(6, last("failure").path("step").asInt(), "without a note, the step after the last reported");
    }

    @Test
    void recoversFromNothingAtTheStart() throws IOException {
        log.announced(generation(1, 2));
        log.formed(generation(1, 2), OptionalDouble.empty());
        assertEquals(0.0, last("generation").path("recovery_ms").asDouble());
    }
}
