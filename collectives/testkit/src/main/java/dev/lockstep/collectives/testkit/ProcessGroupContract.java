package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.GatherWork;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.TreeSum;
import dev.lockstep.collectives.Work;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the collectives of any process group must compute. Extend it and say how groups are connected. */
public abstract class ProcessGroupContract extends SubGroupContract {
    private static final long LIMIT_NANOS = 60_000_000_000L;
    private static final int[] LENGTHS = {0, 1, 7, 64, 1000, 70_001};

    private static MemorySegment reduced(ProcessGroup group, MemorySegment in, DType dtype, ReduceOp op) {
        MemorySegment out = Data.room(in.byteSize());
        done(group.allReduce(in, out, dtype, op));
        return out;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8})
    void allReduceSumsAcrossRanksInTheTreeOverRanks(int size) {
        for (int length : LENGTHS) {
            List<float @Nullable []> inputs = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                inputs.add(Data.random(length * 100L + rank, length));
            }
            float[] expected = ScalarTree.sum(inputs);
            List<float[]> outputs = Ranks.run(groups(size), group -> {
                float[] mine = Data.random(length * 100L + group.rank(), length);
                return Data.floats(reduced(group, Data.of(mine), DType.F32, ReduceOp.SUM));
            });
            outputs.forEach(output -> assertArrayEquals(expected, output, 0f));
        }
    }

    /** Between calls that are awaited, so that threads which look for work now and then are looking. */
    @Test
    void aSumEndsThoughNobodyWaitsForIt() {
        Ranks.run(groups(2), group -> {
            for (int length : new int[] {1, 70_001}) {
                done(group.barrier());
                MemorySegment out = Data.room(length * 4L);
                Work work = group.allReduce(Data.of(Data.random(1, length)), out, DType.F32, ReduceOp.SUM);
                assertTrue(isSeenToEnd(work), "a sum of " + length + " stood still");
                assertTrue(work.error().isEmpty());
            }
            return true;
        });
    }

    private static boolean isSeenToEnd(Work work) {
        long since = System.nanoTime();
        while (!work.isDone() && System.nanoTime() - since < LIMIT_NANOS) {
            LockSupport.parkNanos(100_000);
        }
        return work.isDone();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8, 11})
    void treeAllReduceHasTheBitsOfTheTreeForAnyNumberOfRanks(int size) {
        for (int virtualRanks : new int[] {1, 6, 8, 16}) {
            List<float @Nullable []> leaves = TreeCase.leaves(virtualRanks, 5003);
            TreeCase whole = TreeCase.of(DType.F32, size, leaves);
            List<float[]> outputs = Ranks.run(groups(size), group -> {
                MemorySegment out = Data.room(5003 * 4L);
                done(group.allReduce(whole.sum(), whole.partials(group.rank()), out, 0));
                return Data.floats(out);
            });
            outputs.forEach(output -> assertArrayEquals(ScalarTree.sum(leaves), output, 0f));
        }
    }

    /**
     * 256 and seven times 1: 256 + 1 lies halfway between two neighbours of bfloat16, of which 256 is even; 256 + 2 and
     * 258 + 4 are exact.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8})
    void treeAllReduceRoundsTheSumOfEveryTwoNodes(int size) {
        List<float @Nullable []> leaves = new ArrayList<>();
        for (int v = 0; v < 8; v++) {
            leaves.add(new float[] {v == 0 ? 256 : 1});
        }
        assertArrayEquals(new double[] {262}, treeAllReduced(DType.BF16, size, leaves));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8})
    void treeAllReduceOf16BitsHasTheBitsOfTheTreeForAnyNumberOfRanks(int size) {
        for (DType dtype : List.of(DType.BF16, DType.F16)) {
            List<float @Nullable []> leaves = TreeCase.rounded(dtype, TreeCase.leaves(8, 5003));
            float[] expected = ScalarTree.sum(leaves, sum -> TreeCase.rounded(dtype, sum));
            double[] actual = treeAllReduced(dtype, size, leaves);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], dtype + " of " + size + ", element " + i);
            }
        }
    }

    private double[] treeAllReduced(DType dtype, int size, List<float @Nullable []> leaves) {
        TreeCase whole = TreeCase.of(dtype, size, leaves);
        List<double[]> outputs = Ranks.run(groups(size), group -> {
            MemorySegment out = Data.room(whole.sum().elements() * dtype.sizeBytes());
            done(group.allReduce(whole.sum(), whole.partials(group.rank()), out, 0));
            return Data.values(dtype, out);
        });
        outputs.forEach(output -> assertArrayEquals(outputs.getFirst(), output));
        return outputs.getFirst();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void reduceScatterLeavesEachRankItsBlock(int size) {
        Ranks.run(groups(size), group -> {
            int[] in = new int[size * 3];
            for (int i = 0; i < in.length; i++) {
                in[i] = i + group.rank();
            }
            MemorySegment out = Data.room(12);
            done(group.reduceScatter(Data.of(in), out, DType.I32, ReduceOp.SUM));
            int ranks = size * (size - 1) / 2;
            int first = group.rank() * 3 * size + ranks;
            assertArrayEquals(new int[] {first, first + size, first + 2 * size}, Data.ints(out));
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void manyCollectivesMayBeUnderWay(int size) {
        Ranks.run(groups(size), group -> {
            List<Work> works = new ArrayList<>();
            List<MemorySegment> outs = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                MemorySegment out = Data.room(4L * (i + 1));
                int[] in = new int[i + 1];
                java.util.Arrays.fill(in, i);
                outs.add(out);
                works.add(group.allReduce(Data.of(in), out, DType.I32, ReduceOp.SUM));
                works.add(group.barrier());
            }
            works.forEach(GroupContract::done);
            for (int i = 0; i < 40; i++) {
                int[] out = Data.ints(outs.get(i));
                assertEquals(i * size, out[out.length - 1]);
            }
            return true;
        });
    }

    @Test
    void movesMegabytes() {
        int count = 3_000_001;
        Ranks.run(groups(3), group -> {
            float[] mine = new float[count];
            java.util.Arrays.fill(mine, group.rank() + 1);
            float[] out = Data.floats(reduced(group, Data.of(mine), DType.F32, ReduceOp.SUM));
            for (float value : out) {
                assertEquals(6f, value);
            }
            return true;
        });
    }

    @Test
    void refusesWhatCannotBeReduced() {
        ProcessGroup group = groups(1).getFirst();
        MemorySegment eight = Data.room(8);
        MemorySegment other = Data.room(8);
        MemorySegment heap = MemorySegment.ofArray(new float[2]);
        assertRefused(() -> group.allReduce(heap, other, DType.F32, ReduceOp.SUM));
        assertRefused(() -> group.allReduce(eight, eight, DType.F32, ReduceOp.SUM));
        assertRefused(() -> group.allReduce(eight, other, DType.I8, ReduceOp.SUM));
        assertRefused(() -> group.allReduce(eight, other, DType.I32, ReduceOp.MEAN));
        assertRefused(() -> group.allReduce(eight, Data.room(4), DType.F32, ReduceOp.SUM));
        assertRefused(() -> group.allReduce(eight.asSlice(1, 4), Data.room(4), DType.F32, ReduceOp.SUM));
        assertRefused(() -> group.broadcast(eight, 1));
        assertRefused(() -> group.send(eight, 0, 0));
        assertRefused(() -> group.allGather(heap));
        assertRefused(() -> group.allGather(eight, Data.room(12)));
        assertRefused(() -> group.gather(eight, Data.room(4), 0));
        assertRefused(() -> group.scatter(Data.room(12), eight, 0));
        assertRefused(() -> group.allToAll(eight, Data.room(16)));
        assertRefused(() -> group.allToAll(List.of(eight), List.of(other, other)));
        assertRefused(() -> group.reduce(eight, other, DType.F32, ReduceOp.SUM, 1));
    }

    private static void assertRefused(org.junit.jupiter.api.function.Executable call) {
        assertThrows(IllegalArgumentException.class, call);
    }

    @Test
    void partsOfAnUnfinishedGatherAreNotGivenOut() {
        List<ProcessGroup> groups = groups(2);
        GatherWork work = groups.getFirst().allGather(Data.of(1));
        assertFalse(work.isDone());
        assertThrows(IllegalStateException.class, work::parts);
    }

    /** One bucket that is present in some leaves only, divided among ranks. */
    private record TreeCase(TreeSum sum, List<List<MemorySegment>> partialsByRank) {
        static List<float @Nullable []> leaves(int virtualRanks, int count) {
            List<float @Nullable []> leaves = new ArrayList<>();
            for (int v = 0; v < virtualRanks; v++) {
                boolean absent = virtualRanks > 1 && v % 5 == 2;
                leaves.add(absent ? null : Data.random(v, count));
            }
            return leaves;
        }

        static List<float @Nullable []> rounded(DType dtype, List<float @Nullable []> leaves) {
            List<float @Nullable []> rounded = new ArrayList<>();
            for (float[] leaf : leaves) {
                float[] copy = leaf == null ? null : leaf.clone();
                for (int i = 0; copy != null && i < copy.length; i++) {
                    copy[i] = rounded(dtype, copy[i]);
                }
                rounded.add(copy);
            }
            return rounded;
        }

        /** {@return the nearest number of a dtype} Bfloat16 by way of whole multiples of its last place. */
        static float rounded(DType dtype, float value) {
            return switch (dtype) {
                case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
                case BF16 -> {
                    int exponent = Math.max(Math.getExponent(value), Float.MIN_EXPONENT);
                    yield (float) Math.scalb(Math.rint(Math.scalb((double) value, 7 - exponent)), exponent - 7);
                }
                default -> value;
            };
        }

        static TreeCase of(DType dtype, int size, List<float @Nullable []> leaves) {
            int virtualRanks = leaves.size();
            List<List<VirtualRanks>> nodes = new ArrayList<>();
            List<List<MemorySegment>> partials = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                VirtualRanks range = new VirtualRanks(virtualRanks * rank / size, virtualRanks * (rank + 1) / size);
                nodes.add(new ArrayList<>());
                partials.add(new ArrayList<>());
                for (VirtualRanks node : SumTree.cover(virtualRanks, range)) {
                    float[] sum = ScalarTree.sum(leaves.subList(node.from(), node.to()), x -> rounded(dtype, x));
                    if (sum != null) {
                        nodes.get(rank).add(node);
                        partials.get(rank).add(of(dtype, sum));
                    }
                }
            }
            List<VirtualRanks> present = nodes.stream().flatMap(List::stream).toList();
            TreeSum.Run run = new TreeSum.Run(length(leaves), present);
            return new TreeCase(new TreeSum(virtualRanks, dtype, nodes, List.of(run)), partials);
        }

        private static int length(List<float @Nullable []> leaves) {
            return leaves.stream()
                    .flatMap(leaf -> leaf == null ? Stream.empty() : Stream.of(leaf))
                    .findFirst()
                    .orElseThrow()
                    .length;
        }

        private static MemorySegment of(DType dtype, float... values) {
            double[] exact = new double[values.length];
            Arrays.setAll(exact, i -> values[i]);
            return Data.of(dtype, exact);
        }

        List<MemorySegment> partials(int rank) {
            return partialsByRank.get(rank);
        }
    }
}
