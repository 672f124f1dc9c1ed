package dev.lockstep.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AeronShareTest {
    private static final int TOO_MANY = 1 << 20;

    @Test
    void aMachineWithoutRoomEndsWithTheReasonBeforeAnythingIsMapped() {
        LaunchException refused =
                assertThrows(LaunchException.class, () -> AeronShare.open("aeron", TOO_MANY, TOO_MANY));
        assertEquals(ExitCode.ENVIRONMENT, refused.exitCode());
        assertTrue(refused.getMessage().contains("--transport aeron: "), refused.getMessage());
        assertTrue(refused.getMessage().contains(SharedFolder.path().toString()), refused.getMessage());
    }

    @Test
    void theWorkersOfAMachineAreToldOfTheirDriver() {
        String folder;
        try (AeronShare share = AeronShare.open("aeron", 2, 2)) {
            folder = share.environment().get(AeronFolder.VARIABLE);
            assertTrue(Files.exists(Path.of(folder, "cnc.dat")), folder);
        }
        assertTrue(Files.notExists(Path.of(folder)), folder);
    }

    @Test
    void anOnlyWorkerAndOtherTransportsNeedNone() {
        try (AeronShare only = AeronShare.open("aeron", 2, 1);
                AeronShare other = AeronShare.open("tcp", TOO_MANY, TOO_MANY)) {
            assertEquals(Map.of(), only.environment());
            assertEquals(Map.of(), other.environment());
        }
    }
}
