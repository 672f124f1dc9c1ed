package dev.lockstep.cluster.register;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.GenerationRegister;
import dev.lockstep.cluster.RegisterException;
import dev.lockstep.cluster.testkit.GenerationRegisterContract;
import dev.lockstep.cluster.testkit.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFolderRegisterTest extends GenerationRegisterContract {

    private static final AttemptId ATTEMPT = new AttemptId(Samples.runId(7), 1);

    @TempDir
    Path runFolder;

    @Override
    protected GenerationRegister open() {
        return new SharedFolderRegister(runFolder);
    }

    @Test
    void leavesNothingBesideTheGeneration() throws IOException {
        write(1);
        write(1);
        try (var files = Files.list(runFolder.resolve("generations"))) {
            assertEquals(List.of(file(1)), files.toList());
        }
    }

    @Test
    void ignoresWhatACrashedWriterLeft() throws IOException {
        write(1);
        Files.writeString(runFolder.resolve("generations/.new-123"), "{ half");
        assertEquals(1, open().latest(ATTEMPT).orElseThrow().number());
    }

    @Nested
    class RefusesToRead {

        @Test
        void aTruncatedFile() throws IOException {
            write(1);
            String whole = Files.readString(file(1));
            Files.writeString(file(1), whole.substring(0, whole.length() / 2));
            failsWith("is damaged or not ours");
        }

        @Test
        void anEmptyFile() throws IOException {
            write(1);
            Files.writeString(file(1), "");
            failsWith("is damaged or not ours");
        }

        @Test
        void aFileWithAnUnknownField() throws IOException {
            write(1);
            edit("\"version\" : 1", "\"version\" : 1, \"extra\" : 2");
            failsWith("extra");
        }

        @Test
        void aFileWithoutAField() throws IOException {
            write(1);
            edit("\"reason\" : \"start\",", "");
            failsWith("reason");
        }

        @Test
        void aPlacementThatDoesNotFit() throws IOException {
            write(1);
            edit("\"virtualRanks\" : 8", "\"virtualRanks\" : 9");
            failsWith("9 virtual ranks");
        }

        @Test
        void aNewerVersion() throws IOException {
            write(1);
            edit("\"version\" : 1", "\"version\" : 2");
            failsWith("has version 2");
        }

        @Test
        void aGenerationOfAnotherRun() throws IOException {
            write(1);
            edit(ATTEMPT.runId(), Samples.runId(8));
            failsWith("belongs to another run");
        }

        @Test
        void aGenerationUnderAnotherNumber() throws IOException {
            write(2);
            Files.move(file(2), file(1));
            failsWith("holds generation 2");
        }

        @Test
        void aFolderWithAForeignFile() throws IOException {
            write(1);
            Files.writeString(runFolder.resolve("generations/notes.txt"), "mine");
            var error = assertThrows(RegisterException.class, () -> open().latest(ATTEMPT));
            assertSays(error, "notes.txt is not ours");
        }

        private void edit(String from, String to) throws IOException {
            String text = Files.readString(file(1));
            assertTrue(text.contains(from), text);
            Files.writeString(file(1), text.replace(from, to));
        }

        private void failsWith(String part) {
            var error = assertThrows(RegisterException.class, () -> open().read(ATTEMPT, 1));
            assertSays(error, part);
            assertSays(error, "1-1.json");
        }
    }

    @Test
    void refusesAnAttemptAtAnotherRun() {
        open().newAttempt(Samples.runId(1));
        var error = assertThrows(RegisterException.class, () -> open().newAttempt(Samples.runId(2)));
        assertSays(error, "a run folder holds one run");
    }

    @Test
    void saysWhereItCannotWrite() throws IOException {
        Path file = Files.writeString(runFolder.resolve("file"), "");
        var register = new SharedFolderRegister(file);
        Generation generation = Samples.generation(ATTEMPT, 1, 1, "start");
        var error = assertThrows(RegisterException.class, () -> register.createIfAbsent(generation));
        assertSays(error, file.toString());
    }

    private static void assertSays(Throwable error, String part) {
        String message = String.valueOf(error.getMessage());
        assertTrue(message.contains(part), message);
    }

    private void write(long number) {
        open().createIfAbsent(Samples.generation(ATTEMPT, number, 2, "start"));
    }

    private Path file(long number) {
        return runFolder.resolve("generations").resolve("1-" + number + ".json");
    }
}
