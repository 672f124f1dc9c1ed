package dev.lockstep.testkit.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the engine to a list of names: each has its golden case, with gradients where it has some, or a test that names
 * it. What is still missing is listed, and that list may only shrink.
 */
class CoverageTest {
    private static final Path ENGINE = Path.of("..");

    /** The keys of all cases, and whether one of them has gradients. */
    private static final Map<String, Boolean> RECORDED =
            cases().collect(Collectors.toMap(GoldenCase::key, GoldenCase::hasGradients, (one, other) -> one || other));

    @Test
    void whatIsMissingIsWhatTheListSays() throws IOException {
        Set<String> missing = new TreeSet<>();
        for (String line : Golden.lines("tier1.txt")) {
            List<String> words = Arrays.asList(line.split(" ", -1));
            for (String name : words.subList(1, words.size())) {
                if (!isCovered(words.get(0), name)) {
                    missing.add(name);
                }
            }
        }
        Set<String> listed = new TreeSet<>(Golden.lines("missing.txt"));
        assertEquals(
                String.join("\n", listed),
                String.join("\n", missing),
                "missing.txt must list what is missing, no more");
    }

    @Test
    void everyFunctionHasACaseAndEveryCaseAFunction() {
        for (OracleFunctions group : OracleFunctions.all()) {
            Set<String> recorded = new LinkedHashSet<>();
            Golden.cases(group.file()).forEach(golden -> recorded.add(golden.key()));
            assertEquals(new TreeSet<>(recorded), new TreeSet<>(group.keys()), group.file());
        }
        assertTrue(cases().count() > 300, "the golden files are there");
    }

    private static boolean isCovered(String kind, String name) throws IOException {
        if (kind.startsWith("test:")) {
            Path test = ENGINE.resolve(kind.substring("test:".length()));
            return Files.exists(test) && Files.readString(test).contains(name);
        }
        return RECORDED.entrySet().stream()
                .filter(key -> key.getKey().equals(name) || key.getKey().startsWith(name + "."))
                .anyMatch(key -> kind.equals("value") || key.getValue());
    }

    private static Stream<GoldenCase> cases() {
        Stream<String> files =
                Stream.concat(OracleFunctions.all().stream().map(OracleFunctions::file), Stream.of(ModuleOracle.FILE));
        return files.flatMap(file -> Golden.cases(file).stream());
    }
}
