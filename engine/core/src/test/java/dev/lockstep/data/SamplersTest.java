package dev.lockstep.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SamplersTest {
    private static long[] epoch(Sampler sampler, long epoch) {
        return LongStream.range(0, sampler.size())
                .map(place -> sampler.at(epoch, place))
                .toArray();
    }

    @Test
    void sequentialIsTheOrderOfIds() {
        assertArrayEquals(new long[] {0, 1, 2}, epoch(Sampler.sequential(3), 5));
        assertThrows(
                IndexOutOfBoundsException.class, () -> Sampler.sequential(3).at(0, 3));
    }

    @Test
    void randomHasEverySampleOnceInAnOrderOfTheEpochsOwn() {
        Sampler sampler = Sampler.random(100, 3);
        long[] first = epoch(sampler, 0);
        assertArrayEquals(
                LongStream.range(0, 100).toArray(),
                Arrays.stream(first).sorted().toArray());
        assertFalse(Arrays.equals(first, epoch(sampler, 1)));
        assertArrayEquals(first, epoch(sampler, 0));
        assertFalse(Arrays.equals(first, epoch(Sampler.random(100, 4), 0)));
    }

    @Nested
    class Weighted {
        @Test
        void drawsInProportion() {
            Sampler sampler = Sampler.weighted(new double[] {0, 1, 0, 3, 0}, 40_000, 7);
            long[] drawn = epoch(sampler, 0);
            long threes = Arrays.stream(drawn).filter(id -> id == 3).count();
            long ones = Arrays.stream(drawn).filter(id -> id == 1).count();
            assertEquals(40_000, ones + threes);
            // Binomial of p = 3/4: six standard deviations are 520.
            assertEquals(30_000.0, (double) threes, 520);
            assertArrayEquals(drawn, epoch(Sampler.weighted(new double[] {0, 1, 0, 3, 0}, 40_000, 7), 0));
            assertFalse(Arrays.equals(drawn, epoch(sampler, 1)));
        }

        /** Of weights 1 and 3 the second comes first in three quarters of the epochs: six deviations are 330. */
        @Test
        void drawsEachSampleOnceAtMost() {
            Sampler sampler = Sampler.weightedOnce(new double[] {1, 0, 3}, 2, 5);
            int first = 0;
            for (int epoch = 0; epoch < 16_000; epoch++) {
                long[] drawn = epoch(sampler, epoch);
                assertEquals(2, drawn[0] + drawn[1]);
                first += drawn[0] == 2 ? 1 : 0;
            }
            assertEquals(12_000.0, first, 330);
            assertThrows(IllegalArgumentException.class, () -> Sampler.weightedOnce(new double[] {1, 0}, 2, 0));
        }

        @Test
        void refusesWeightsThatAreNone() {
            assertThrows(IllegalArgumentException.class, () -> Sampler.weighted(new double[] {1, -1}, 3, 0));
            assertThrows(IllegalArgumentException.class, () -> Sampler.weighted(new double[] {Double.NaN}, 3, 0));
            assertThrows(IllegalArgumentException.class, () -> Sampler.weighted(new double[] {0, 0}, 3, 0));
            assertThrows(IllegalArgumentException.class, () -> Sampler.weighted(new double[0], 3, 0));
        }
    }

    @Test
    void sharesAreOfOneSizeAndTogetherHaveAll() {
        Sampler all = Sampler.sequential(7);
        assertArrayEquals(new long[] {0, 3, 6}, epoch(all.share(0, 3, false), 0));
        assertArrayEquals(new long[] {1, 4, 0}, epoch(all.share(1, 3, false), 0));
        assertArrayEquals(new long[] {2, 5, 1}, epoch(all.share(2, 3, false), 0));
        assertArrayEquals(new long[] {2, 5}, epoch(all.share(2, 3, true), 0));
        assertThrows(IllegalArgumentException.class, () -> all.share(3, 3, true));
    }

    @Test
    void aSamplerOfSomeIds() {
        assertArrayEquals(new long[] {9, 4}, epoch(Sampler.sequential(2).of(new long[] {9, 4}), 0));
        assertThrows(IllegalArgumentException.class, () -> Sampler.sequential(2).of(new long[3]));
    }

    @Nested
    class Loaders {
        private final Dataset data = new TensorDataset(Tensors.arange(10));

        @Test
        void takeASampler() {
            DataLoader loader = DataLoader.of(
                    data, o -> o.batchSize(2).sampler(Sampler.sequential(10).share(1, 3, true)));
            assertEquals(2, loader.batchesPerEpoch());
            assertArrayEquals(new long[] {1, 4}, loader.epoch(0).get(0).ids());
            assertArrayEquals(new long[] {7}, loader.epoch(0).get(1).ids());
        }

        @Test
        void takeASamplerOfBatches() {
            BatchSampler growing = new BatchSampler() {
                @Override
                public int batches(long epoch) {
                    return 3;
                }

                @Override
                public long[] ids(long epoch, int batch) {
                    return LongStream.rangeClosed(0, batch).toArray();
                }
            };
            DataLoader loader = DataLoader.of(data, o -> o.batchSampler(growing));
            assertEquals(3, loader.batchesPerEpoch());
            assertArrayEquals(new long[] {0, 1, 2}, loader.epoch(4).get(2).x().toLongArray());
            assertArrayEquals(new long[] {1}, loader.epoch(4).get(2).slice(1, 2).ids());
        }
    }

    @Nested
    class Parts {
        private final Dataset data = new TensorDataset(Tensors.arange(10), Tensors.arange(100, 110, 1));

        @Test
        void ofSomeIds() {
            Dataset some = data.subset(new long[] {7, 2});
            assertEquals(2, some.size());
            assertArrayEquals(
                    new long[] {2, 7}, some.column(0, new long[] {1, 0}, 0).toLongArray());
            assertThrows(IndexOutOfBoundsException.class, () -> data.subset(new long[] {10}));
            assertThrows(IndexOutOfBoundsException.class, () -> some.column(0, new long[] {2}, 0));
        }

        @Test
        void atRandomHaveNoSampleInCommon() {
            List<Dataset> parts = data.randomSplit(1, 6, 4);
            long[] all = parts.stream()
                    .flatMapToLong(part -> Arrays.stream(
                            part.column(0, LongStream.range(0, part.size()).toArray(), 0)
                                    .toLongArray()))
                    .toArray();
            assertFalse(Arrays.equals(LongStream.range(0, 10).toArray(), all));
            assertArrayEquals(
                    LongStream.range(0, 10).toArray(),
                    Arrays.stream(all).sorted().toArray());
            assertThrows(IllegalArgumentException.class, () -> data.randomSplit(1, 6, 5));
            assertThrows(IllegalArgumentException.class, () -> data.randomSplit(1, 11, -1));
        }

        @Test
        void oneAfterTheOther() {
            Dataset both = Dataset.concat(data.subset(0, 3), data.subset(5, 6), data.subset(8, 10));
            assertEquals(6, both.size());
            Tensor rows = both.column(1, new long[] {5, 0, 3, 2, 0}, 0);
            assertArrayEquals(new long[] {109, 100, 105, 102, 100}, rows.toLongArray());
            assertEquals(0, both.column(1, new long[0], 0).numel());
            assertThrows(IndexOutOfBoundsException.class, () -> both.column(1, new long[] {6}, 0));
            assertThrows(
                    IllegalArgumentException.class, () -> Dataset.concat(data, new TensorDataset(Tensors.arange(3))));
            assertTrue(assertThrows(IllegalArgumentException.class, Dataset::concat)
                    .getMessage()
                    .contains("at least one"));
        }
    }
}
