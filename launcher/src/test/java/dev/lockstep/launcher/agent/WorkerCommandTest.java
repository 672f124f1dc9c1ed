package dev.lockstep.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerCommandTest {
    private static List<String> heapFlags(String heap, String... options) {
        WorkerCommand command =
                new WorkerCommand(Path.of("java"), List.of(), Path.of("no.jsa"), heap, List.of(options));
        return command.line(0, Path.of("logs")).stream()
                .filter(flag -> flag.startsWith("-Xm"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "1g, 65536",
        "64m, 65536",
        "65537k, 65536",
        "48m, 49152",
        "40960K, 40960",
        "99999999999999999999g, 65536"
    })
    void beginsWith64MegabytesOrAllOfASmallerHeap(String heap, int kilobytes) {
        assertEquals(List.of("-Xmx" + heap, "-Xms" + kilobytes + "k"), heapFlags(heap));
    }

    @Test
    void leavesTheFirstHeapAloneWhereAnOptionLimitsTheHeap() {
        assertEquals(List.of("-Xmx1g", "-Xmx32m"), heapFlags("1g", "-Xmx32m"));
        assertEquals(List.of("-Xmx1g"), heapFlags("1g", "-XX:MaxHeapSize=32m"));
    }
}
