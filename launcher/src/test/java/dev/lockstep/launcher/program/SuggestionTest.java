package dev.lockstep.launcher.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuggestionTest {
    private static final List<String> WORDS = List.of("digits", "fashion-mnist");

    @Test
    void findsTheWordWithTheFewestEdits() {
        assertEquals(Optional.of("digits"), Suggestion.nearest("digitz", WORDS));
        assertEquals(Optional.of("fashion-mnist"), Suggestion.nearest("fashion_mnst", WORDS));
    }

    @Test
    void keepsSilentWhereNothingIsNear() {
        assertEquals(Optional.empty(), Suggestion.nearest("resnet", WORDS));
    }
}
