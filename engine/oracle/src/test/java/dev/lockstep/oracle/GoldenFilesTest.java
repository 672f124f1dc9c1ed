package dev.lockstep.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Makes every golden file anew in Python and expects the bytes that are there. */
class GoldenFilesTest {
    private static final Path SCRIPTS = Path.of("../testkit/oracle");
    private static final Path FILES = Path.of("../testkit/src/main/resources/oracle");
    private static final String LIBRARY = "golden.py";
    private static final String PYTHON = System.getenv()
            .getOrDefault(
                    "LOCKSTEP_PYTHON", Files.exists(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3");
    private static final long SCRIPT_LIMIT_MINUTES = 5;

    @Test
    void everyScriptGivesTheFilesThatAreThere(@TempDir Path fresh) throws Exception {
        requireTorch(fresh);
        for (Path script : list(SCRIPTS, ".py")) {
            if (!script.getFileName().toString().equals(LIBRARY)) {
                run(fresh, "-W", "ignore", script.getFileName().toString());
            }
        }
        assertEquals(names(FILES), names(fresh), "golden files that are there, and those that the scripts write");
        List<String> changed = new ArrayList<>();
        for (Path made : list(fresh, ".golden")) {
            Path kept = FILES.resolve(made.getFileName());
            if (Files.mismatch(kept, made) >= 0) {
                Files.copy(made, kept, StandardCopyOption.REPLACE_EXISTING);
                changed.add(kept.getFileName().toString());
            }
        }
        assertTrue(changed.isEmpty(), "these golden files changed, see git diff: " + changed);
    }

    private static void requireTorch(Path folder) throws Exception {
        try {
            run(folder, "-c", "import torch");
        } catch (AssertionError | IOException missing) {
            fail(
                    "oracle: " + PYTHON
                            + " has no PyTorch. Install it (on Debian: apt-get install python3-torch), or name"
                            + " a Python that has it in LOCKSTEP_PYTHON",
                    missing);
        }
    }

    private static void run(Path folder, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(PYTHON));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("python.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(SCRIPTS.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("ORACLE_FOLDER", folder.toAbsolutePath().toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(SCRIPT_LIMIT_MINUTES, TimeUnit.MINUTES), command + " did not end");
            assertEquals(0, process.exitValue(), () -> command + " failed:\n" + text(log));
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private static Set<String> names(Path folder) throws IOException {
        Set<String> names = new TreeSet<>();
        list(folder, ".golden").forEach(path -> names.add(path.getFileName().toString()));
        return names;
    }

    private static List<Path> list(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> path.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
