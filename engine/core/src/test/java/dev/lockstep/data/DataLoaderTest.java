package dev.lockstep.data;

import static dev.lockstep.tensor.Tensors.arange;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DataLoaderTest {
    /** Ten samples: x is [2 id, 2 id + 1], y is 100 + id. */
    private final Dataset data = new TensorDataset(arange(0.0, 20.0, 1.0).reshape(10, 2), arange(100, 110, 1));

    @Nested
    class Batches {
        @Test
        void cutTheEpochInOrderWithASmallerLast() {
            DataLoader loader = DataLoader.of(data, o -> o.batchSize(4));
            assertEquals(3, loader.batchesPerEpoch());
            List<Batch> epoch = loader.epoch(0);
            assertArrayEquals(new long[] {4, 5, 6, 7}, epoch.get(1).ids());
            assertArrayEquals(new long[] {8, 9}, epoch.get(2).ids());
            assertArrayEquals(new float[] {16, 17, 18, 19}, epoch.get(2).x().toFloatArray());
            assertArrayEquals(new long[] {108, 109}, epoch.get(2).y().toLongArray());
        }

        @Test
        void leaveTheSmallerLastOut() {
            DataLoader loader = DataLoader.of(data, o -> o.batchSize(4).dropLast(true));
            assertEquals(2, loader.epoch(0).size());
        }

        @Test
        void shuffledHoldEverySampleOnceAndDifferByEpochAndSeed() {
            DataLoader loader = DataLoader.of(data, o -> o.batchSize(4).shuffle(true));
            long[] first = ids(loader, 0);
            assertArrayEquals(
                    IntStream.range(0, 10).asLongStream().toArray(),
                    Arrays.stream(first).sorted().toArray());
            assertArrayEquals(first, ids(loader, 0));
            assertFalse(Arrays.equals(first, ids(loader, 1)));
            assertFalse(Arrays.equals(first, ids(loader.with(o -> o.seed(1)), 0)));
            assertArrayEquals(first, ids(loader.with(o -> o.batchSize(3)), 0));
        }

        private long[] ids(DataLoader loader, long epoch) {
            return loader.epoch(epoch).stream()
                    .flatMapToLong(batch -> Arrays.stream(batch.ids()))
                    .toArray();
        }

        @Test
        void sliceWithoutMakingTensors() {
            Batch batch = DataLoader.of(data, o -> o.batchSize(4)).epoch(0).get(1);
            Batch slice = batch.slice(1, 3);
            assertEquals(2, slice.size());
            assertArrayEquals(new long[] {5, 6}, slice.ids());
            assertArrayEquals(new float[] {12, 13}, slice.slice(1, 2).x().toFloatArray());
            assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(0, 3));
        }

        @Test
        void emptySlicesHaveTensorsWithoutRows() {
            Batch empty = Batch.of(data, 0, 4).slice(2, 2);
            assertEquals(Shape.of(0, 2), empty.x().shape());
            assertEquals(Shape.of(0), empty.y().shape());
        }

        @Test
        void tensorsBelongToTheScopeThatAskedForThem() {
            Batch batch = Batch.of(data, 0, 4);
            try (Scope scope = Scope.open()) {
                batch.x();
                assertEquals(1, scope.size());
            }
        }
    }

    @Nested
    class PlainLoops {
        private final DataLoader loader =
                DataLoader.of(data, o -> o.batchSize(5).shuffle(true));

        @Test
        void runTheNextEpochEachTime() {
            for (long epoch = 0; epoch < 3; epoch++) {
                int turn = 0;
                for (Batch batch : loader) {
                    assertArrayEquals(loader.epoch(epoch).get(turn++).ids(), batch.ids());
                }
                assertEquals(2, turn);
            }
        }

        @Test
        void endTheTensorsOfATurnWithIt() {
            List<Tensor> seen = new ArrayList<>();
            for (Batch batch : loader) {
                assertTrue(seen.stream().allMatch(Tensor::isClosed));
                seen.add(batch.x());
                assertFalse(seen.getLast().isClosed());
            }
            assertTrue(seen.getLast().isClosed());
            assertNull(Scope.current());
        }

        @Test
        void leftByBreakEndWithTheScopeAround() {
            Tensor x = zeros(1);
            try (Scope around = Scope.open()) {
                for (Batch batch : loader) {
                    x = batch.x();
                    break;
                }
                assertFalse(x.isClosed());
                assertFalse(Scope.current() == around);
            }
            assertTrue(x.isClosed());
            assertNull(Scope.current());
        }

        @Test
        void mayBeNested() {
            int turns = 0;
            for (Batch batch : loader) {
                Tensor outer = batch.x();
                for (Batch inner : loader) {
                    turns += inner.x().isClosed() ? 0 : 1;
                }
                assertFalse(outer.isClosed());
            }
            assertEquals(4, turns);
        }
    }

    @Nested
    class Datasets {
        @Test
        void mapAppliesAFunctionToOneColumn() {
            Dataset mapped = data.map(1, y -> y.sub(100).to(DType.F32).mul(0.5));
            assertArrayEquals(
                    new float[] {1.5f, 0},
                    mapped.column(1, new long[] {3, 0}, 0).toFloatArray());
            assertArrayEquals(
                    new float[] {6, 7}, mapped.column(0, new long[] {3}, 0).toFloatArray());
        }

        @Test
        void subsetCountsIdsFromZero() {
            Dataset tail = data.subset(7, 10);
            assertEquals(3, tail.size());
            assertArrayEquals(
                    new long[] {107, 109}, tail.column(1, new long[] {0, 2}, 0).toLongArray());
            assertThrows(IndexOutOfBoundsException.class, () -> tail.column(1, new long[] {3}, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> data.subset(7, 11));
        }

        @Test
        void columnsMustAgreeInTheirFirstSize() {
            assertThrows(IllegalArgumentException.class, () -> new TensorDataset(zeros(3, 2), zeros(4)));
            assertThrows(IndexOutOfBoundsException.class, () -> data.column(2, new long[] {0}, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> data.column(0, new long[] {10}, 0));
        }
    }
}
