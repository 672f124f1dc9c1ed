package dev.lockstep.collectives.testkit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.CostProbe;
import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.Work;
import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What groups of some of a group's ranks must do, and several threads with a group each. */
public abstract class SubGroupContract extends ReducingContract {
    private static int sum(ProcessGroup group, int mine) {
        MemorySegment out = Data.room(4);
        done(group.allReduce(Data.of(mine), out, DType.I32, ReduceOp.SUM));
        return Data.ints(out)[0];
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 6})
    void splitBringsRanksOfOneColorTogetherByKey(int size) {
        Ranks.run(groups(size), group -> {
            int color = group.rank() % 2;
            ProcessGroup part = group.split(color, -group.rank()).orElseThrow();
            int members = (size + 1 - color) / 2;
            assertEquals(members, part.size());
            assertEquals(members - 1 - group.rank() / 2, part.rank());
            int ranks =
                    IntStream.range(0, size).filter(rank -> rank % 2 == color).sum();
            assertEquals(ranks, sum(part, group.rank()));
            assertEquals(size, sum(group, 1));
            part.close();
            assertEquals(size, sum(group, 1));
            return true;
        });
    }

    @Test
    void whoGivesNoColorGetsNoPart() {
        Ranks.run(groups(3), group -> {
            Optional<ProcessGroup> part = group.split(group.rank() == 1 ? -1 : 4, 0);
            assertEquals(group.rank() != 1, part.isPresent());
            part.ifPresent(two -> assertEquals(2, sum(two, 1)));
            return true;
        });
    }

    @Test
    void newGroupTakesItsMembersInTheirOrder() {
        Ranks.run(groups(4), group -> {
            Optional<ProcessGroup> part = group.newGroup(List.of(3, 0, 2));
            assertEquals(group.rank() != 1, part.isPresent());
            if (part.isPresent()) {
                ProcessGroup three = part.get();
                assertEquals(List.of(3, 0, 2).indexOf(group.rank()), three.rank());
                MemorySegment data = Data.of(group.rank());
                done(three.broadcast(data, 0));
                assertArrayEquals(new int[] {3}, Data.ints(data));
            }
            return true;
        });
    }

    @Test
    void partsHavePartsAndTheirMessagesDoNotMix() {
        Ranks.run(groups(4), group -> {
            ProcessGroup pair = group.split(group.rank() / 2, 0).orElseThrow();
            ProcessGroup same = pair.newGroup(List.of(1, 0)).orElseThrow();
            List<Work> works = new ArrayList<>();
            List<MemorySegment> got = new ArrayList<>();
            int place = 0;
            for (ProcessGroup each : List.of(pair, same)) {
                MemorySegment room = Data.room(4);
                got.add(room);
                works.add(each.send(Data.of(100 * ++place + group.rank()), 1 - each.rank(), 5));
                works.add(each.receive(room, 1 - each.rank(), 5));
            }
            works.forEach(GroupContract::done);
            int other = group.rank() ^ 1;
            assertEquals(100 + other, Data.ints(got.get(0))[0]);
            assertEquals(200 + other, Data.ints(got.get(1))[0]);
            return true;
        });
    }

    @Test
    void partsShareMemoryWhereTheWholeDoes() {
        Ranks.run(groups(4), group -> {
            ProcessGroup three = group.newGroup(List.of(0, 1, 2)).orElse(group);
            assertEquals(group.sharesMemory(), three.sharesMemory());
            ProcessGroup pair = group.split(group.rank() % 2, 0).orElseThrow();
            assertEquals(group.sharesMemory(), pair.sharesMemory());
            assertEquals(
                    pair.sharesMemory(),
                    pair.newGroup(List.of(1, 0)).orElseThrow().sharesMemory());
            return true;
        });
    }

    /** Through slots in several rounds, and where they lie, in one pass or divided; in the part and in the whole. */
    @ParameterizedTest
    @ValueSource(longs = {100, 400_000, 1_500_000})
    void partsReduceWhatTheyAllocate(long count) {
        Ranks.run(groups(4), group -> {
            ProcessGroup pair = group.split(group.rank() % 2, 0).orElseThrow();
            for (ProcessGroup each : List.of(pair, group)) {
                MemorySegment in = each.allocate(4 * count);
                MemorySegment out = each.allocate(4 * count);
                in.setAtIndex(JAVA_INT, count - 1, 1 + group.rank());
                for (ProcessGroup over : List.of(each, pair, each)) {
                    done(over.allReduce(in, out, DType.I32, ReduceOp.SUM));
                    int expected = over.equals(group) ? 10 : 4 + 2 * (group.rank() % 2);
                    assertEquals(expected, out.getAtIndex(JAVA_INT, count - 1));
                }
            }
            return true;
        });
    }

    @Test
    void ranksThatNameOtherMembersAreToldSo() {
        Ranks.run(groups(2), group -> {
            List<Integer> members = group.rank() == 0 ? List.of(0, 1) : List.of(1);
            MismatchException error = assertThrows(MismatchException.class, () -> group.newGroup(members));
            assertTrue(
                    error.getMessage().contains("[0, 1]") && error.getMessage().contains("[1]"), error.getMessage());
            return true;
        });
    }

    @Test
    void membersMustBeDifferentRanks() {
        ProcessGroup group = groups(2).getFirst();
        assertThrows(IllegalArgumentException.class, () -> group.newGroup(List.of(0, 2)));
        assertThrows(IllegalArgumentException.class, () -> group.newGroup(List.of(0, 0)));
        assertThrows(IllegalArgumentException.class, () -> group.newGroup(List.of()));
    }

    @Test
    void whatFailsInAPartFailsTheWhole() {
        Ranks.run(groups(3), group -> {
            Optional<ProcessGroup> part = group.newGroup(List.of(0, 2));
            if (part.isPresent()) {
                MemorySegment data = Data.room(group.rank() == 0 ? 8 : 12);
                Work work = part.get().allReduce(data, Data.room(data.byteSize()), DType.I32, ReduceOp.SUM);
                assertThrows(CollectiveException.class, () -> work.await(BOUND));
            }
            Work later = group.barrier();
            assertThrows(CollectiveException.class, () -> later.await(BOUND));
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void allRanksMeasureTheSameCosts(int size) {
        List<CostModel> costs = Ranks.run(groups(size), group -> new CostProbe(group, System::nanoTime).measure());
        costs.forEach(each -> assertEquals(costs.getFirst(), each));
        assertTrue(costs.getFirst().byteSeconds() > 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void threadsWithAGroupEachNeedNoOrderBetweenThem(int size) {
        Ranks.run(groups(size), group -> {
            List<Integer> all = IntStream.range(0, size).boxed().toList();
            List<FutureTask<Boolean>> threads = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                ProcessGroup own = group.newGroup(all).orElseThrow();
                int lane = (thread + group.rank()) % 3; // The threads start in another order on every rank.
                threads.add(Ranks.start("caller-" + lane, () -> mixOfSizes(own)));
            }
            assertTrue(mixOfSizes(group));
            threads.forEach(thread -> assertTrue(Ranks.join(thread, "a caller")));
            return true;
        });
    }

    private static boolean mixOfSizes(ProcessGroup group) {
        List<Work> works = new ArrayList<>();
        List<MemorySegment> outs = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            int count = i % 4 == 3 ? 40_000 + i : 1 + i;
            int[] in = new int[count];
            in[count - 1] = i * (group.rank() + 1);
            MemorySegment out = Data.room(4L * count);
            outs.add(out);
            Algorithm algorithm = Algorithm.values()[i % Algorithm.values().length];
            works.add(group.allReduce(Data.of(in), out, DType.I32, ReduceOp.SUM, algorithm));
        }
        works.forEach(GroupContract::done);
        for (int i = 0; i < outs.size(); i++) {
            int[] out = Data.ints(outs.get(i));
            assertEquals(i * group.size() * (group.size() + 1) / 2, out[out.length - 1]);
        }
        return true;
    }
}
