package dev.lockstep.launcher.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawFilesTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void readsFloatsOfManyBlocks() {
        BenchFiles.floats(folder.resolve("x.f32"), 50_000, i -> i - 0.5);
        float[] values = new RawFiles(folder).floats("x.f32", 50_000);
        assertEquals(50_000, values.length);
        for (int i = 0; i < values.length; i++) {
            assertEquals(i - 0.5f, values[i]);
        }
    }

    @Test
    void readsRowsInTheirOrder() {
        BenchFiles.bytes(folder.resolve("x.u8"), 6, i -> i + 1);
        byte[] row = new byte[3];
        try (RawFiles.Rows rows = new RawFiles(folder).rows("x.u8", 2, 3)) {
            rows.next(row);
            assertArrayEquals(new byte[] {1, 2, 3}, row);
            rows.next(row);
            assertArrayEquals(new byte[] {4, 5, 6}, row);
            assertThrows(LaunchException.class, () -> rows.next(row));
        }
    }

    @Test
    void namesAFileOfAnotherLength() {
        BenchFiles.bytes(folder.resolve("x.u8"), 7, i -> i);
        RawFiles files = new RawFiles(folder);
        LaunchException rows = assertThrows(LaunchException.class, () -> files.rows("x.u8", 2, 3));
        assertEquals(folder.resolve("x.u8") + " has 7 values, expected 6", rows.getMessage());
        assertEquals(ExitCode.DATA, rows.exitCode());
        LaunchException floats = assertThrows(LaunchException.class, () -> files.floats("x.u8", 2));
        assertEquals(folder.resolve("x.u8") + " has 1 values, expected 2", floats.getMessage());
    }
}
