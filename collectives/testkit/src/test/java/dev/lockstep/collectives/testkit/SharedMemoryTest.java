package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.Work;
import dev.lockstep.collectives.shared.SharedIdentity;
import dev.lockstep.collectives.shared.SharedMemory;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.layout.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How processes find one another's segments, and what becomes of segments that are not what they should be. */
class SharedMemoryTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    private Path folder;

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** Starts rank 0 of two and waits until its segment has its name. */
    private FutureTask<Optional<Transport>> joining(SharedMemory memory, long generation) throws IOException {
        FutureTask<Optional<Transport>> joining =
                Ranks.start("rank-0", () -> memory.join(generation, 0, SharedRanks.addresses(2), LONG));
        while (files().stream().noneMatch(file -> file.toString().endsWith("-" + generation + "-0"))) {
            assertFalse(joining.isDone(), "the join ended before its segment was there");
            Thread.onSpinWait();
        }
        return joining;
    }

    private Path nameOfRank1() throws IOException {
        String own = files().getFirst().toString();
        return Path.of(own.substring(0, own.length() - 1) + "1");
    }

    private static PeerLostException lost(FutureTask<Optional<Transport>> joining) {
        AssertionError error = assertThrows(AssertionError.class, () -> Ranks.join(joining, "rank 0"));
        assertTrue(error.getCause() instanceof PeerLostException, String.valueOf(error.getCause()));
        return (PeerLostException) error.getCause();
    }

    @Nested
    class Names {
        @Test
        void aSegmentHasNoNameOnceAllHaveMappedIt() throws IOException {
            List<ProcessGroup> groups = SharedRanks.connect(folder, 3, GroupOptions.defaults());
            assertEquals(List.of(), files());
            groups.forEach(ProcessGroup::close);
        }

        @Test
        void theWindowOfAPartHasNoNameOnceAllHaveMappedIt() throws IOException {
            List<ProcessGroup> groups = SharedRanks.connect(folder, 3, GroupOptions.defaults());
            List<Boolean> sharing = Ranks.run(
                    groups,
                    group -> group.newGroup(List.of(2, 0, 1)).orElseThrow().sharesMemory());
            assertEquals(List.of(true, true, true), sharing);
            assertEquals(List.of(), files());
            groups.forEach(ProcessGroup::close);
        }

        @Test
        void aPartWithoutSpaceForAWindowGoesByMessages() throws IOException {
            List<ProcessGroup> groups = SharedRanks.connect(folder, 2, GroupOptions.defaults());
            Files.delete(folder);
            List<Boolean> sharing = Ranks.run(groups, group -> {
                ProcessGroup part = group.newGroup(List.of(1, 0)).orElseThrow();
                part.barrier().await(LONG);
                return part.sharesMemory();
            });
            assertEquals(List.of(false, false), sharing);
            groups.forEach(ProcessGroup::close);
        }

        @Test
        void aSegmentIsForItsOwnerOnly() throws IOException {
            SharedMemory memory = SharedRanks.open(folder);
            FutureTask<Optional<Transport>> joining = joining(memory, 1);
            Path file = files().getFirst();
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            assertFalse(file.toString().contains("secret"));
            memory.fence(2);
            assertThrows(AssertionError.class, () -> Ranks.join(joining, "rank 0"));
        }

        @Test
        void whatKilledWorkersLeftIsRemovedByTheNextGeneration() throws IOException {
            SharedMemory memory = SharedRanks.open(folder);
            FutureTask<Optional<Transport>> joining = joining(memory, 1);
            Path left = nameOfRank1()
                    .resolveSibling(nameOfRank1().getFileName().toString().replace("-1-1", "-1-7"));
            Files.write(left, new byte[] {1});
            SharedMemory other = SharedRanks.open(folder);
            assertThrows(PeerLostException.class, () -> other.join(3, 0, SharedRanks.addresses(2), SHORT));
            assertFalse(Files.exists(left));
            memory.fence(3);
            assertThrows(AssertionError.class, () -> Ranks.join(joining, "rank 0"));
            assertEquals(List.of(), files());
        }

        @Test
        void placesDifferByFolder(@TempDir Path other) throws IOException {
            assertEquals(
                    SharedRanks.open(folder).place(), SharedRanks.open(folder).place());
            assertNotEquals(
                    SharedRanks.open(folder).place(), SharedRanks.open(other).place());
        }
    }

    @Nested
    class Refuses {
        @Test
        void aSegmentThatIsGarbage() throws IOException {
            FutureTask<Optional<Transport>> joining = joining(SharedRanks.open(folder), 1);
            Path name = nameOfRank1();
            Path garbage = Files.write(folder.resolve("garbage"), new byte[] {1, 2, 3});
            Files.move(garbage, name); // At once: a file that is empty means a worker without room.
            PeerLostException error = lost(joining);
            assertEquals(1, error.peer());
            assertTrue(error.getMessage().contains("3 bytes"), error.getMessage());
        }

        @Test
        void aSegmentOfAnotherRankUnderItsName() throws IOException {
            FutureTask<Optional<Transport>> joining = joining(SharedRanks.open(folder), 1);
            Path name = nameOfRank1();
            Path copy = Files.copy(files().getFirst(), folder.resolve("copy"));
            Files.move(copy, name);
            PeerLostException error = lost(joining);
            assertTrue(error.getMessage().contains("it is of rank 0 of 2"), error.getMessage());
        }

        @Test
        void aWorkerWithAnotherToken() {
            SharedIdentity stranger = new SharedIdentity("run", 1, "another secret");
            SharedMemory memory = SharedMemory.open(folder, stranger, 2, System::nanoTime);
            FutureTask<Object> theirs = Ranks.start(
                    "stranger",
                    () -> assertThrows(
                            PeerLostException.class, () -> memory.join(1, 1, SharedRanks.addresses(2), SHORT)));
            PeerLostException error = assertThrows(
                    PeerLostException.class,
                    () -> SharedRanks.open(folder).join(1, 0, SharedRanks.addresses(2), SHORT));
            assertEquals(1, error.peer());
            Ranks.join(theirs, "stranger");
        }
    }

    @Nested
    class GivesUp {
        @Test
        void togetherWhereOneHasNoRoom() throws IOException {
            FutureTask<Optional<Transport>> joining = joining(SharedRanks.open(folder), 1);
            Path unfinished = nameOfRank1().resolveSibling(nameOfRank1().getFileName() + ".new");
            Files.createDirectory(unfinished); // So that rank 1 cannot make its segment.
            assertEquals(Optional.empty(), SharedRanks.open(folder).join(1, 1, SharedRanks.addresses(2), LONG));
            assertEquals(Optional.empty(), Ranks.join(joining, "rank 0"));
        }

        @Test
        void whenANewerGenerationIsAnnounced() throws IOException {
            SharedMemory memory = SharedRanks.open(folder);
            FutureTask<Optional<Transport>> joining = joining(memory, 1);
            memory.fence(2);
            AssertionError error = assertThrows(AssertionError.class, () -> Ranks.join(joining, "rank 0"));
            assertTrue(error.getCause() instanceof FencedException, String.valueOf(error.getCause()));
        }

        @Test
        void aWaitForAPeerThatIsGoneAsSoonAsTheGroupIsAborted() {
            List<ProcessGroup> groups = SharedRanks.connect(folder, 2, GroupOptions.defaults());
            ProcessGroup survivor = groups.getFirst(); // The other never calls: it may as well have been killed.
            Work work = survivor.allReduce(Data.room(4 << 20), Data.room(4 << 20), DType.F32, ReduceOp.SUM);
            FutureTask<Object> waiting =
                    Ranks.start("waiting", () -> assertThrows(GroupAbortedException.class, () -> work.await(LONG)));
            assertTrue(survivor.abort(new GroupAbortedException("generation 1 is superseded")));
            Ranks.join(waiting, "waiting");
            groups.forEach(ProcessGroup::close);
        }
    }
}
