package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GatherWork;
import dev.lockstep.collectives.Work;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the collectives that move bytes must do. */
public abstract class MovingContract extends GroupContract {
    /** Below, at and beyond what fits one round or frame. */
    private static final int[] LENGTHS = {0, 1, 63, 1000, 300_003};

    /** {@return bytes that only this pair of ranks exchanges} */
    private static byte[] block(int from, int to, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (31 * from + 7 * to + i);
        }
        return bytes;
    }

    private static byte[] joined(List<byte[]> blocks) {
        byte[] all = new byte[blocks.stream().mapToInt(block -> block.length).sum()];
        int at = 0;
        for (byte[] block : blocks) {
            System.arraycopy(block, 0, all, at, block.length);
            at += block.length;
        }
        return all;
    }

    /** One rank's blocks from or to each rank. */
    @FunctionalInterface
    private interface ByPeer {
        byte[] block(int peer);
    }

    private static byte[] joined(int size, ByPeer blocks) {
        List<byte[]> all = new ArrayList<>();
        for (int peer = 0; peer < size; peer++) {
            all.add(blocks.block(peer));
        }
        return joined(all);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void allGatherPutsEqualPartsSideBySide(int size) {
        Ranks.run(groups(size), group -> {
            for (int length : LENGTHS) {
                MemorySegment out = Data.room((long) length * size);
                done(group.allGather(Data.of(block(group.rank(), 0, length)), out));
                assertArrayEquals(joined(size, peer -> block(peer, 0, length)), Data.bytes(out));
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void gatherGivesTheRootEveryonesBytes(int size) {
        int root = size / 2;
        Ranks.run(groups(size), group -> {
            for (int length : LENGTHS) {
                boolean isRoot = group.rank() == root;
                MemorySegment out = isRoot ? Data.room((long) length * size) : MemorySegment.NULL;
                done(group.gather(Data.of(block(group.rank(), 0, length)), out, root));
                byte[] expected = isRoot ? joined(size, peer -> block(peer, 0, length)) : new byte[0];
                assertArrayEquals(expected, Data.bytes(out));
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void scatterGivesEveryoneItsBlockOfTheRoots(int size) {
        int root = size - 1;
        Ranks.run(groups(size), group -> {
            for (int length : LENGTHS) {
                boolean isRoot = group.rank() == root;
                MemorySegment in =
                        isRoot ? Data.of(joined(size, peer -> block(root, peer, length))) : MemorySegment.NULL;
                MemorySegment mine = Data.room(length);
                done(group.scatter(in, mine, root));
                assertArrayEquals(block(root, group.rank(), length), Data.bytes(mine));
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void allToAllGivesEveryBlockToItsRank(int size) {
        Ranks.run(groups(size), group -> {
            int rank = group.rank();
            for (int length : LENGTHS) {
                MemorySegment in = Data.of(joined(size, peer -> block(rank, peer, length)));
                MemorySegment out = Data.room((long) length * size);
                done(group.allToAll(in, out));
                assertArrayEquals(joined(size, peer -> block(peer, rank, length)), Data.bytes(out));
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void allToAllTakesBlocksOfAnyLengths(int size) {
        Ranks.run(groups(size), group -> {
            int rank = group.rank();
            List<MemorySegment> in = new ArrayList<>();
            List<MemorySegment> out = new ArrayList<>();
            for (int peer = 0; peer < size; peer++) {
                in.add(Data.of(block(rank, peer, length(rank, peer))));
                out.add(Data.room(length(peer, rank)));
            }
            done(group.allToAll(in, out));
            for (int peer = 0; peer < size; peer++) {
                assertArrayEquals(block(peer, rank, length(peer, rank)), Data.bytes(out.get(peer)));
            }
            return true;
        });
    }

    /** Nothing at all from ranks to themselves and their second neighbours, up to 150 KB to others. */
    private static int length(int from, int to) {
        return (to - from) * (to - from) % 4 * 50_001;
    }

    @Test
    void allToAllFailsWhereLengthsDiffer() {
        Ranks.run(groups(2), group -> {
            List<MemorySegment> in = List.of(Data.room(8), Data.room(8));
            List<MemorySegment> out = List.of(Data.room(8), Data.room(8));
            List<MemorySegment> other = List.of(Data.room(12), Data.room(8));
            Work work = group.allToAll(in, group.rank() == 1 ? other : out);
            // The rank that finds out says why; the other hears of it, unless it has all it wants already.
            if (group.rank() == 1) {
                CollectiveException error = assertThrows(CollectiveException.class, () -> work.await(BOUND));
                assertTrue(error.getMessage().contains("8 bytes"), error.getMessage());
                assertTrue(error.getMessage().contains("12"), error.getMessage());
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8})
    void allGatherGivesEveryonesBytesWhateverTheirLengths(int size) {
        Ranks.run(groups(size), group -> {
            byte[] mine = new byte[group.rank() * 1001];
            Arrays.fill(mine, (byte) (group.rank() + 1));
            GatherWork work = group.allGather(Data.of(mine));
            done(work);
            assertEquals(size, work.parts().size());
            for (int rank = 0; rank < size; rank++) {
                byte[] expected = new byte[rank * 1001];
                Arrays.fill(expected, (byte) (rank + 1));
                assertArrayEquals(expected, Data.bytes(work.parts().get(rank)));
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void broadcastCopiesTheRootsBytes(int size) {
        Ranks.run(groups(size), group -> {
            for (int root = 0; root < size; root++) {
                MemorySegment data = Data.of(group.rank() + 10, 5, group.rank());
                done(group.broadcast(data, root));
                assertArrayEquals(new int[] {root + 10, 5, root}, Data.ints(data));
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void messagesOfOneTagArriveInOrderAndTagsDoNotMix(int size) {
        Ranks.run(groups(size), group -> {
            int next = (group.rank() + 1) % size;
            int previous = (group.rank() + size - 1) % size;
            List<Work> works = new ArrayList<>();
            works.add(group.send(Data.of(group.rank(), 1), next, 7));
            works.add(group.send(Data.of(group.rank(), 2), next, 7));
            works.add(group.send(Data.of(group.rank(), 3), next, 8));
            MemorySegment other = Data.room(8);
            MemorySegment first = Data.room(8);
            MemorySegment second = Data.room(8);
            works.add(group.receive(other, previous, 8));
            works.add(group.receive(first, previous, 7));
            works.add(group.receive(second, previous, 7));
            works.forEach(GroupContract::done);
            assertArrayEquals(new int[] {previous, 3}, Data.ints(other));
            assertArrayEquals(new int[] {previous, 1}, Data.ints(first));
            assertArrayEquals(new int[] {previous, 2}, Data.ints(second));
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void barrierEndsForAll(int size) {
        Ranks.run(groups(size), group -> {
            done(group.barrier());
            done(group.barrier());
            return true;
        });
    }
}
