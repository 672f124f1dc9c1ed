package dev.lockstep.collectives.testkit;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.shared.SharedIdentity;
import dev.lockstep.collectives.shared.SharedMemory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Connects ranks of one process through mapped files, as processes would be. */
final class SharedRanks {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final SharedIdentity IDENTITY = new SharedIdentity("run", 1, "secret");

    private SharedRanks() {}

    static SharedMemory open(Path folder) {
        return SharedMemory.open(folder, IDENTITY, Runtime.getRuntime().availableProcessors(), System::nanoTime);
    }

    static List<String> addresses(int size) {
        return IntStream.range(0, size).mapToObj(rank -> "process " + rank).toList();
    }

    static List<ProcessGroup> connect(Path folder, int size, GroupOptions options) {
        List<Integer> ranks = IntStream.range(0, size).boxed().toList();
        return Ranks.run(
                ranks,
                rank -> new TransportProcessGroup(
                        open(folder).join(1, rank, addresses(size), BOUND).orElseThrow(), options));
    }
}
