package dev.lockstep.launcher.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlackBoxTest {
    @TempDir
    Path folder;

    @Test
    void keepsTheLastEntry() throws IOException {
        BlackBox box = BlackBox.open(folder.resolve("box"));
        box.write(41, 2, 5, BlackBox.Phase.COMPUTE);
        box.write(41, 2, 5, BlackBox.Phase.REDUCE);
        var expected = new BlackBox.Entry(41, List.of(2, 3, 4), BlackBox.Phase.REDUCE);
        assertEquals(expected, BlackBox.read(folder.resolve("box")));
        assertEquals(expected, box.read());
    }

    @Test
    void knowsNothingOfAWorkerThatDiedBeforeItHadOne() throws IOException {
        assertEquals(BlackBox.Entry.NONE, BlackBox.read(folder.resolve("absent")));
        Files.writeString(folder.resolve("torn"), "torn");
        assertEquals(BlackBox.Entry.NONE, BlackBox.read(folder.resolve("torn")));
    }
}
