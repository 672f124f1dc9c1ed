package dev.lockstep.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backends;
import dev.lockstep.device.Device;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EarlyEngineTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void opensTheBackendThatOthersGet() throws InterruptedException {
        Thread opening = EarlyEngine.open(Device.CPU);
        var backend = Backends.of(Device.CPU); // Meanwhile.
        assertTrue(opening.join(LIMIT));
        assertSame(backend, Backends.of(Device.CPU));
        assertEquals(Device.CPU, backend.device());
    }

    @Test
    void leavesItToTheProgramToSayWhatIsMissing() throws InterruptedException {
        Device missing = new Device(Device.Type.CUDA, 0);
        Thread opening = EarlyEngine.open(missing);
        assertTrue(opening.join(LIMIT));
        assertFalse(opening.isAlive());
        var refusal = assertThrows(IllegalStateException.class, () -> Backends.of(missing));
        assertTrue(refusal.getMessage().contains("there is no backend for " + missing), refusal.getMessage());
    }
}
