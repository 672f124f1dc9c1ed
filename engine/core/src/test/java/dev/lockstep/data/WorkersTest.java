package dev.lockstep.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class WorkersTest {
    record Pair(Tensor x, Tensor y) {}

    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final List<Tensor> made = Collections.synchronizedList(new ArrayList<>());

    /** Column 0 is 10 id + epoch; notes who asked. */
    private final class Noting implements Dataset {
        @Override
        public long size() {
            return 20;
        }

        @Override
        public int columns() {
            return 1;
        }

        @Override
        public Tensor column(int column, long[] ids, long epoch) {
            threads.add(Thread.currentThread().getName());
            Tensor rows =
                    Tensors.of(Arrays.stream(ids).map(id -> 10 * id + epoch).toArray(), ids.length);
            made.add(rows);
            return rows;
        }
    }

    private final ItemDataset<Pair> pairs = new ItemDataset<>() {
        @Override
        public long size() {
            return 7;
        }

        @Override
        public Pair get(long id, long epoch) {
            return new Pair(
                    Tensors.tensor((double) id, epoch), Tensors.tensor(id).squeeze());
        }
    };

    private static List<long[]> run(DataLoader loader) {
        List<long[]> seen = new ArrayList<>();
        for (Batch batch : loader) {
            seen.add(batch.x().toLongArray());
        }
        return seen;
    }

    private static long[] rows(Batch slice) {
        try (Scope _ = Scope.open()) {
            return slice.x().toLongArray();
        }
    }

    private static void assertEqualLists(List<long[]> wanted, List<long[]> found) {
        assertArrayEquals(wanted.toArray(), found.toArray());
    }

    @Nested
    class OfColumns {
        @Test
        void changeNothingButWhoMakesTheTensors() {
            DataLoader plain = DataLoader.of(new Noting(), o -> o.batchSize(3).shuffle(true));
            List<long[]> first = run(plain);
            List<long[]> second = run(plain);
            assertEquals(Set.of(Thread.currentThread().getName()), threads);
            for (int workers : new int[] {1, 2, 5}) {
                threads.clear();
                DataLoader loader = plain.with(o -> o.workers(workers).prefetch(4));
                assertEqualLists(first, run(loader));
                assertEqualLists(second, run(loader));
                assertFalse(threads.contains(Thread.currentThread().getName()));
            }
        }

        @Test
        void theTensorsOfATurnEndWithIt() {
            Tensor before = Tensors.zeros(1);
            for (Batch batch : DataLoader.of(new Noting(), o -> o.batchSize(3).workers(2))) {
                assertTrue(before == batch.x() || before.numel() == 1 || before.isClosed());
                before = batch.x();
                assertSame(before, batch.x());
                assertEquals(batch.ids()[0] * 10, before.narrow(0, 0, 1).itemLong());
            }
            assertTrue(made.stream().allMatch(Tensor::isClosed));
            assertNull(Scope.current());
        }

        @Test
        void slicesThatALoopWillAskForAreMadeAhead() {
            DataLoader loader = DataLoader.of(new Noting(), o -> o.batchSize(8).workers(2));
            List<long[]> rows = new ArrayList<>();
            try (MadeAhead ahead =
                    loader.epochAhead(new Cursor(1, 1), batch -> List.of(batch.slice(0, 2), batch.slice(2, 4)))) {
                while (ahead.hasNext()) {
                    Batch batch = ahead.next();
                    rows.add(rows(batch.slice(0, 2)));
                    rows.add(rows(batch.slice(2, 4)));
                }
            }
            assertEqualLists(
                    List.of(new long[] {81, 91}, new long[] {101, 111}, new long[] {161, 171}, new long[] {181, 191}),
                    rows);
            assertFalse(threads.contains(Thread.currentThread().getName()));
            assertEquals(4, made.size());
            assertTrue(made.stream().allMatch(Tensor::isClosed));
        }

        @Test
        void slicesThatNobodyForesawAreMadeWhenAsked() {
            DataLoader loader = DataLoader.of(new Noting(), o -> o.batchSize(8).workers(1));
            try (MadeAhead ahead = loader.epochAhead(Cursor.START, batch -> List.of(batch.slice(0, 2)))) {
                Batch batch = ahead.next();
                assertArrayEquals(new long[] {20, 30}, batch.slice(2, 4).x().toLongArray());
                assertArrayEquals(new long[] {0, 10, 20}, batch.slice(0, 3).x().toLongArray());
                assertEquals(8, batch.x().numel());
            }
        }

        @Test
        void aTensorKeptFromASliceOutlivesItsBatch() {
            DataLoader loader = DataLoader.of(new Noting(), o -> o.batchSize(8).workers(1));
            Tensor kept;
            try (MadeAhead ahead = loader.epochAhead(Cursor.START, batch -> List.of(batch.slice(0, 2)));
                    Scope _ = Scope.open()) {
                kept = ahead.next().slice(0, 2).x().keep();
            }
            assertArrayEquals(new long[] {0, 10}, kept.toLongArray());
            kept.close();
        }

        @Test
        void aLoopThatIsLeftLetsGoOfWhatWasMadeAhead() {
            try (Scope around = Scope.open()) {
                for (Batch batch : DataLoader.of(new Noting(), o -> o.workers(2).prefetch(6))) {
                    batch.x();
                    break;
                }
                assertNotEquals(around, Scope.current());
            }
            assertTrue(made.size() >= 1);
            assertTrue(made.stream().allMatch(Tensor::isClosed));
        }

        @Test
        void whatKeepsAWorkerFromMakingABatchIsThrownInTheLoop() {
            Dataset broken = new Noting().map(0, rows -> {
                throw new IllegalStateException("no rows today");
            });
            Iterator<Batch> loop =
                    DataLoader.of(broken, o -> o.batchSize(5).workers(2)).iterator();
            var error = assertThrows(IllegalStateException.class, loop::next);
            assertEquals("no rows today", error.getMessage());
        }

        @Test
        void refusesNumbersThatAreNone() {
            Dataset data = new Noting();
            assertThrows(IllegalArgumentException.class, () -> DataLoader.of(data, o -> o.workers(-1)));
            assertThrows(IllegalArgumentException.class, () -> DataLoader.of(data, o -> o.prefetch(-1)));
        }
    }

    @Nested
    class Cursors {
        @Test
        void letALoopGoOnWhereAnotherStopped() {
            for (int workers : new int[] {0, 2}) {
                DataLoader loader = DataLoader.of(
                        new Noting(), o -> o.batchSize(6).shuffle(true).workers(workers));
                List<long[]> whole = run(loader.with(o -> o.workers(0)));
                assertEquals(Cursor.START, loader.cursor());
                takeTwo(loader);
                assertEquals(new Cursor(0, 2), loader.cursor());
                DataLoader other = loader.with(o -> o.workers(2 - workers)).resume(loader.cursor());
                assertEqualLists(whole.subList(2, 4), run(other));
                assertEquals(new Cursor(1, 0), other.cursor());
            }
        }

        private static void takeTwo(DataLoader loader) {
            try (Scope _ = Scope.open()) {
                Iterator<Batch> loop = loader.iterator();
                loop.next().x();
                loop.next().x();
            }
        }

        @Test
        void refuseNumbersThatAreNone() {
            assertThrows(IllegalArgumentException.class, () -> new Cursor(-1, 0));
            assertThrows(IllegalArgumentException.class, () -> new Cursor(0, -1));
        }
    }

    @Nested
    class OfItems {
        @Test
        void joinRecordsToARecord() {
            for (int workers : new int[] {0, 3}) {
                ItemLoader<Pair> loader =
                        ItemLoader.of(pairs, o -> o.batchSize(3).workers(workers));
                List<Long> labels = new ArrayList<>();
                for (int epoch = 0; epoch < 2; epoch++) {
                    for (Pair batch : loader) {
                        assertEquals(Shape.of(batch.y().numel(), 2), batch.x().shape());
                        assertEquals(epoch, batch.x().select(1, 1).mean().item());
                        Arrays.stream(batch.y().toLongArray()).forEach(labels::add);
                    }
                }
                assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 0L, 1L, 2L, 3L, 4L, 5L, 6L), labels);
                assertEquals(new Cursor(2, 0), loader.cursor());
                assertNull(Scope.current());
            }
        }

        @Test
        void collateByAFunctionOfOnesOwn() {
            ItemLoader<Long> loader = ItemLoader.of(
                    pairs,
                    samples -> samples.stream()
                            .mapToLong(pair -> pair.y().itemLong())
                            .sum(),
                    o -> o.batchSize(4).shuffle(true).dropLast(true).workers(2));
            long sum = 0;
            for (long part : loader) {
                sum += part;
            }
            assertTrue(sum >= 6 && sum <= 18);
        }
    }

    @Nested
    class OfStreams {
        private boolean closed;

        private final class Counting implements Iterator<Tensor>, Closeable {
            private final long epoch;
            private int next;

            Counting(long epoch) {
                this.epoch = epoch;
            }

            @Override
            public boolean hasNext() {
                return next < 8;
            }

            @Override
            public Tensor next() {
                threads.add(Thread.currentThread().getName());
                Tensor sample = Tensors.tensor(100 * epoch + next++);
                made.add(sample);
                return sample;
            }

            @Override
            public void close() {
                closed = true;
            }
        }

        private final IterableDataset<Tensor> stream = Counting::new;

        private static List<long[]> run(ItemLoader<Tensor> loader) {
            List<long[]> seen = new ArrayList<>();
            for (Tensor batch : loader) {
                seen.add(batch.flatten().toLongArray());
            }
            return seen;
        }

        @Test
        void areReadByOneThreadInOrder() {
            for (int workers : new int[] {0, 2}) {
                ItemLoader<Tensor> loader =
                        ItemLoader.of(stream, o -> o.batchSize(3).workers(workers));
                assertEqualLists(List.of(new long[] {0, 1, 2}, new long[] {3, 4, 5}, new long[] {6, 7}), run(loader));
                assertArrayEquals(new long[] {100, 101, 102}, run(loader).getFirst());
                assertEquals(Set.of(Thread.currentThread().getName()), threads);
                assertTrue(made.stream().allMatch(Tensor::isClosed));
                assertTrue(closed);
            }
        }

        @Test
        void goOnAtACursorAndDropTheLast() {
            ItemLoader<Tensor> loader =
                    ItemLoader.of(stream, o -> o.batchSize(3).dropLast(true));
            assertEqualLists(List.of(new long[] {203, 204, 205}), run(loader.resume(new Cursor(2, 1))));
            assertTrue(made.stream().allMatch(Tensor::isClosed));
        }

        @Test
        void haveAnOrderOfTheirOwn() {
            assertThrows(IllegalArgumentException.class, () -> ItemLoader.of(stream, o -> o.shuffle(true)));
        }
    }

    @Nested
    class Collation {
        @Test
        void goesIntoListsAndMaps() {
            List<Map<String, List<Tensor>>> samples = List.of(
                    Map.of("a", List.of(Tensors.tensor(1.0), Tensors.tensor(2.0))),
                    Map.of("a", List.of(Tensors.tensor(3.0), Tensors.tensor(4.0))));
            Tensor second = Collate.stack(samples).get("a").getLast();
            assertEquals(Shape.of(2, 1), second.shape());
            assertArrayEquals(new float[] {2, 4}, second.toFloatArray());
        }

        @Test
        void saysWhereSamplesDiffer() {
            List<Pair> shapes =
                    List.of(new Pair(Tensors.zeros(2), Tensors.zeros(1)), new Pair(Tensors.zeros(3), Tensors.zeros(1)));
            var error = assertThrows(IllegalArgumentException.class, () -> Collate.stack(shapes));
            assertEquals(
                    "collate: sample.x is F32[2] in sample 0 and F32[3] in sample 1; pad them"
                            + " (Sequences.padSequence) in a"
                            + " function of your own",
                    error.getMessage());
            assertThrows(IllegalArgumentException.class, () -> Collate.stack(List.of("text")));
            assertThrows(IllegalArgumentException.class, () -> Collate.stack(List.of()));
            assertThrows(
                    IllegalArgumentException.class, () -> Collate.stack(List.of(List.of(Tensors.zeros(1)), List.of())));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Collate.stack(List.of(Map.of("a", Tensors.zeros(1)), Map.of("b", Tensors.zeros(1)))));
        }
    }

    @Nested
    class Padding {
        private final List<Tensor> sequences =
                List.of(Tensors.tensor(1, 2, 3), Tensors.tensor(4), Tensors.tensor(5, 6));

        @Test
        void bringsSequencesToOneLength() {
            Tensor batchFirst = Sequences.padSequence(sequences, true, -1);
            assertEquals(Shape.of(3, 3), batchFirst.shape());
            assertArrayEquals(
                    new long[] {1, 2, 3, 4, -1, -1, 5, 6, -1},
                    batchFirst.flatten().toLongArray());
            Tensor timeFirst = Sequences.padSequence(sequences, false, 0);
            assertArrayEquals(
                    new long[] {1, 4, 5, 2, 0, 6, 3, 0, 0}, timeFirst.flatten().toLongArray());
            assertArrayEquals(new long[] {3, 1, 2}, Sequences.lengths(sequences).toLongArray());
        }

        @Test
        void refusesSequencesThatDifferInMore() {
            assertThrows(IllegalArgumentException.class, () -> Sequences.padSequence(List.of(), true, 0));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Sequences.padSequence(List.of(Tensors.zeros(2, 3), Tensors.zeros(2, 4)), true, 0));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Sequences.padSequence(List.of(Tensors.zeros(2), Tensors.tensor(1L)), true, 0));
        }
    }
}
