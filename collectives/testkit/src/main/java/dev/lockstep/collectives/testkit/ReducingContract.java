package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reductions must compute: every dtype by every operation, in every way. */
public abstract class ReducingContract extends MovingContract {
    private static final List<DType> DTYPES =
            List.of(DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);
    private static final int LENGTH = 1003;

    /** {@return 1, 2, -1 or -2, so that sums, products and all between are exact in every dtype} */
    private static double value(int rank, int i) {
        int magnitude = 1 + (rank + i) % 2;
        return (rank * 7 + i) % 3 == 0 ? -magnitude : magnitude;
    }

    private static double expected(int size, int i, ReduceOp op) {
        double result = value(0, i);
        for (int rank = 1; rank < size; rank++) {
            double next = value(rank, i);
            result = switch (op) {
                case SUM, MEAN -> result + next;
                case MIN -> next < result ? next : result;
                case MAX -> next > result ? next : result;
                case PRODUCT -> result * next;
            };
        }
        return op == ReduceOp.MEAN ? result / size : result;
    }

    /** {@return how far a mean may be off: half a unit in the last place} */
    private static double tolerance(DType dtype, ReduceOp op) {
        return op != ReduceOp.MEAN
                ? 0
                : switch (dtype) {
                    case BF16 -> 0x1p-8;
                    case F16 -> 0x1p-11;
                    case F32 -> 0x1p-23;
                    default -> 0x1p-52;
                };
    }

    private static boolean canReduce(DType dtype, ReduceOp op) {
        return op != ReduceOp.MEAN || dtype.isFloating();
    }

    private static double[] values(int rank, int length) {
        double[] values = new double[length];
        Arrays.setAll(values, i -> value(rank, i));
        return values;
    }

    private static double[] expected(int size, int from, int length, ReduceOp op) {
        double[] values = new double[length];
        Arrays.setAll(values, i -> expected(size, from + i, op));
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void allReduceDoesEveryOperationOnEveryDtype(int size) {
        Ranks.run(groups(size), group -> checkAllReduces(group, Algorithm.TREE));
    }

    @ParameterizedTest
    @EnumSource(names = {"RING", "DOUBLING"})
    void everyAlgorithmDoesEveryOperationOnEveryDtype(Algorithm algorithm) {
        for (int size : new int[] {2, 5}) {
            Ranks.run(groups(size), group -> checkAllReduces(group, algorithm));
        }
    }

    private static boolean checkAllReduces(ProcessGroup group, Algorithm algorithm) {
        for (DType dtype : DTYPES) {
            for (ReduceOp op : ReduceOp.values()) {
                if (canReduce(dtype, op)) {
                    checkAllReduce(group, dtype, op, algorithm);
                }
            }
        }
        return true;
    }

    private static void checkAllReduce(ProcessGroup group, DType dtype, ReduceOp op, Algorithm algorithm) {
        MemorySegment in = Data.of(dtype, values(group.rank(), LENGTH));
        MemorySegment out = Data.room(in.byteSize());
        done(group.allReduce(in, out, dtype, op, algorithm));
        String what = dtype + " " + op + " " + algorithm + " of " + group.size();
        double[] expected = expected(group.size(), 0, LENGTH, op);
        assertArrayEquals(expected, Data.values(dtype, out), tolerance(dtype, op), what);
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void everyAlgorithmReducesAnyLengthAndGivesAllRanksTheSameBits(Algorithm algorithm) {
        for (int length : new int[] {0, 1, 5, 700_001}) {
            List<float[]> outputs = Ranks.run(groups(3), group -> {
                MemorySegment in = Data.of(Data.random(group.rank(), length));
                MemorySegment out = Data.room(in.byteSize());
                done(group.allReduce(in, out, DType.F32, ReduceOp.SUM, algorithm));
                return Data.floats(out);
            });
            double[] sums = new double[length];
            for (int rank = 0; rank < 3; rank++) {
                float[] mine = Data.random(rank, length);
                Arrays.setAll(sums, i -> sums[i] + mine[i]);
            }
            for (int i = 0; i < length; i++) {
                assertEquals(sums[i], outputs.getFirst()[i], 3 * 4096 * 0x1p-24, "element " + i);
            }
            outputs.forEach(output -> assertArrayEquals(outputs.getFirst(), output, 0f));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void doublingHasTheBitsOfTheTreeForPowersOfTwo(int size) {
        Ranks.run(groups(size), group -> {
            MemorySegment in = Data.of(Data.random(group.rank(), 997));
            MemorySegment tree = Data.room(in.byteSize());
            MemorySegment doubling = Data.room(in.byteSize());
            done(group.allReduce(in, tree, DType.F32, ReduceOp.SUM));
            done(group.allReduce(in, doubling, DType.F32, ReduceOp.SUM, Algorithm.DOUBLING));
            assertArrayEquals(Data.floats(tree), Data.floats(doubling), 0f);
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void memoryOfTheGroupGivesTheBitsOfAnyOther(int size) {
        int[] lengths = {3, 80_000, 270_001, 900_001};
        Ranks.run(groups(size), group -> {
            long longest = lengths[lengths.length - 1] * 4L;
            MemorySegment ownIn = group.allocate(longest);
            MemorySegment ownOut = group.allocate(longest);
            for (int length : lengths) {
                MemorySegment in = Data.of(Data.random(group.rank() + length, length));
                MemorySegment expected = Data.room(in.byteSize());
                done(group.allReduce(in, expected, DType.F32, ReduceOp.SUM));
                ownIn.asSlice(0, in.byteSize()).copyFrom(in);
                for (MemorySegment room : List.of(ownOut, Data.room(longest))) {
                    MemorySegment out = room.asSlice(0, in.byteSize());
                    done(group.allReduce(ownIn.asSlice(0, in.byteSize()), out, DType.F32, ReduceOp.SUM));
                    assertEquals(-1, out.mismatch(expected), "of " + length);
                }
            }
            return true;
        });
    }

    @Test
    void oneRankWithMemoryOfTheGroupAndOneWithoutStillReduce() {
        Ranks.run(groups(2), group -> {
            int count = 600_000;
            MemorySegment in = group.rank() == 0 ? group.allocate(count * 4L) : Data.room(count * 4L);
            in.fill((byte) 1);
            MemorySegment out = Data.room(count * 4L);
            done(group.allReduce(in, out, DType.I32, ReduceOp.SUM));
            int[] sums = Data.ints(out);
            assertEquals(0x02020202, sums[0]);
            assertEquals(0x02020202, sums[count - 1]);
            return true;
        });
    }

    /**
     * 256 and seven times 1 come to 263, halfway between two neighbours of bfloat16, of which 264 is even. Rounding
     * after every addition would come to 262 in the tree.
     */
    @Test
    void halvesAreAddedInF32AndRoundedOnce() {
        Ranks.run(groups(8), group -> {
            MemorySegment in = Data.of(DType.BF16, group.rank() == 0 ? 256 : 1);
            MemorySegment out = Data.room(in.byteSize());
            done(group.allReduce(in, out, DType.BF16, ReduceOp.SUM));
            assertArrayEquals(new double[] {264}, Data.values(DType.BF16, out));
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void reduceGivesTheRootTheResultAndLeavesTheOthersAlone(int size) {
        int root = size - 1;
        Ranks.run(groups(size), group -> {
            for (int length : new int[] {0, 3, 200_003}) {
                for (DType dtype : List.of(DType.F32, DType.F16, DType.I64)) {
                    MemorySegment in = Data.of(dtype, values(group.rank(), length));
                    MemorySegment out = group.rank() == root ? Data.room(in.byteSize()) : MemorySegment.NULL;
                    done(group.reduce(in, out, dtype, ReduceOp.SUM, root));
                    double[] expected = group.rank() == root ? expected(size, 0, length, ReduceOp.SUM) : new double[0];
                    assertArrayEquals(expected, Data.values(dtype, out));
                }
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void reduceScatterDoesEveryDtype(int size) {
        Ranks.run(groups(size), group -> {
            for (DType dtype : DTYPES) {
                MemorySegment in = Data.of(dtype, values(group.rank(), size * LENGTH));
                MemorySegment out = Data.room(LENGTH * (long) dtype.sizeBytes());
                done(group.reduceScatter(in, out, dtype, ReduceOp.MAX));
                double[] expected = expected(size, group.rank() * LENGTH, LENGTH, ReduceOp.MAX);
                assertArrayEquals(expected, Data.values(dtype, out));
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void reducesValuesThatTellTheOperationsApart(int size) {
        int product = size == 1 ? 1 : size == 2 ? 2 : size == 3 ? 6 : 120;
        Ranks.run(groups(size), group -> {
            int own = group.rank() + 1;
            float[] floats = {own, -own};
            assertArrayEquals(
                    new float[] {size, -1}, Data.floats(allReduced(group, Data.of(floats), DType.F32, ReduceOp.MAX)));
            assertArrayEquals(
                    new float[] {1, -size}, Data.floats(allReduced(group, Data.of(floats), DType.F32, ReduceOp.MIN)));
            double mean = (size + 1) / 2.0;
            MemorySegment means = allReduced(group, Data.of((double) own, -own), DType.F64, ReduceOp.MEAN);
            assertArrayEquals(new double[] {mean, -mean}, Data.doubles(means));
            MemorySegment ints = allReduced(group, Data.of(own, 2), DType.I32, ReduceOp.PRODUCT);
            assertArrayEquals(new int[] {product, 1 << size}, Data.ints(ints));
            MemorySegment longs = allReduced(group, Data.of((long) own << 40), DType.I64, ReduceOp.SUM);
            assertArrayEquals(new long[] {(size * (size + 1L) / 2) << 40}, Data.longs(longs));
            return true;
        });
    }

    private static MemorySegment allReduced(ProcessGroup group, MemorySegment in, DType dtype, ReduceOp op) {
        MemorySegment out = Data.room(in.byteSize());
        done(group.allReduce(in, out, dtype, op));
        return out;
    }
}
