package dev.lockstep.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.data.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsDataTest {
    @TempDir
    Path folder;

    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void readBundled() throws IOException {
        try (var in = Objects.requireNonNull(DigitsData.class.getResourceAsStream("digits/digits.csv.gz"));
                var reader =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
            reader.lines().forEach(lines::add);
        }
    }

    @Test
    void holdsTheImagesOfThePublishedFile() {
        DigitsData data = DigitsData.read(Optional.empty());
        assertEquals(1437, data.train().size());
        assertEquals(360, data.test().size());
        // The first line of the file is a zero whose first row is 0,0,5,13,9,1,0,0.
        assertTrue(lines.getFirst().startsWith("0,0,5,13,9,1,0,0,"), lines.getFirst());
    }

    @Test
    void rejectsATruncatedFile() {
        lines.removeLast();
        assertProblem("has 1796 lines, expected 1797");
    }

    @Test
    void rejectsALineWithAFieldTooFew() {
        lines.set(4, lines.get(4).substring(2));
        assertProblem("line 5 has 64 fields, expected 65");
    }

    @Test
    void rejectsALabelOutOfRange() {
        String line = lines.get(7);
        lines.set(7, line.substring(0, line.lastIndexOf(',')) + ",10");
        assertProblem("line 8: 10 outside 0..9");
    }

    @Test
    void rejectsWhatIsNoNumber() {
        lines.set(0, "x" + lines.getFirst().substring(1));
        assertProblem("line 1: 'x' is not a number");
    }

    @Test
    void rejectsAFileThatIsNotPacked() throws IOException {
        Files.write(folder.resolve("digits.csv.gz"), lines);
        assertRejected("cannot be read");
    }

    @Test
    void rejectsAFolderWithoutTheFile() {
        assertRejected("cannot be read");
    }

    private void assertProblem(String problem) {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("digits.csv.gz")))) {
            out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertRejected(problem);
    }

    private void assertRejected(String problem) {
        var error = assertThrows(DataException.class, () -> DigitsData.read(Optional.of(folder)));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith(folder.resolve("digits.csv.gz") + ": "), message);
        assertTrue(message.contains(problem), message);
    }
}
