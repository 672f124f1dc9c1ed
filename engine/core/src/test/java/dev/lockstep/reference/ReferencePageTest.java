package dev.lockstep.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares docs/reference.md with the sources; {@code -Dlockstep.reference.write=true} writes the page anew. */
class ReferencePageTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/lockstep");
    private static final Path PAGE = Path.of("../../docs/reference.md");

    @Test
    void thePageSaysWhatTheSourcesSay() throws IOException {
        Counterparts counterparts = new Counterparts();
        String page = new ReferencePage(SOURCES, counterparts).write();
        if (Boolean.getBoolean("lockstep.reference.write")) {
            Files.writeString(PAGE, page);
        }
        assertEquals(
                List.of(),
                counterparts.missing(),
                "name PyTorch's counterpart (or -) of these in src/test/resources/reference/notes.properties");
        assertEquals(List.of(), counterparts.unused(), "notes.properties has notes of names that are gone");
        assertEquals(
                page,
                Files.readString(PAGE),
                "docs/reference.md is stale: mvn -o -q -Dquick -pl engine/core -Dtest=ReferencePageTest"
                        + " -Dlockstep.reference.write=true test");
    }
}
