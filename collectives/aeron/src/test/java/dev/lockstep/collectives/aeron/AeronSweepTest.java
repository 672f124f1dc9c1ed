package dev.lockstep.collectives.aeron;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever starts a driver removes what dead ones left, and nothing of those that are starting. */
class AeronSweepTest {
    @Test
    void foldersOfDeadDriversGoAndNewOnesStay(@TempDir Path parent) throws IOException {
        Path dead = Files.createDirectory(parent.resolve("lockstep-aeron-dead"));
        Files.setLastModifiedTime(dead, FileTime.from(Instant.now().minus(Duration.ofMinutes(1))));
        Path starting = Files.createDirectory(parent.resolve("lockstep-aeron-starting"));
        Path other = Files.createDirectory(parent.resolve("other"));
        AeronDriver.context(AeronOptions.defaults(parent, System::nanoTime, System::currentTimeMillis));
        assertFalse(Files.exists(dead));
        assertTrue(Files.exists(starting));
        assertTrue(Files.exists(other));
    }
}
