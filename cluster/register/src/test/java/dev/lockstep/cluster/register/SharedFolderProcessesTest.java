package dev.lockstep.cluster.register;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("multijvm")
class SharedFolderProcessesTest {

    private static final int GENERATIONS = 200;
    private static final int LIMIT_SECONDS = 60;

    @TempDir
    Path runFolder;

    @Test
    void letsExactlyOneOfTwoProcessesWinEachGeneration() throws Exception {
        List<Process> writers = new ArrayList<>();
        try {
            writers.add(start("first"));
            writers.add(start("second"));
            int won = 0;
            for (Process writer : writers) {
                won += result(writer);
            }
            assertEquals(GENERATIONS, won);
        } finally {
            writers.forEach(Process::destroyForcibly);
        }
    }

    private Process start(String name) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RegisterWriterMain.class.getName(),
                        runFolder.toString(),
                        name,
                        String.valueOf(GENERATIONS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static int result(Process writer) throws Exception {
        assertTrue(writer.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "a writer did not end");
        assertEquals(0, writer.exitValue());
        String output = new String(writer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Integer.parseInt(output.strip());
    }
}
