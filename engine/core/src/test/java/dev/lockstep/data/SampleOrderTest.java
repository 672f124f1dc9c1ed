package dev.lockstep.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleOrderTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100, 1000, 1437, 4096, 4097, 60_000})
    void everySampleStandsAtOnePlace(int size) {
        for (long epoch = 0; epoch < 3; epoch++) {
            SampleOrder order = new SampleOrder(42, epoch, size);
            BitSet seen = new BitSet(size);
            for (int place = 0; place < size; place++) {
                seen.set(Math.toIntExact(order.at(place)));
            }
            assertEquals(size, seen.cardinality());
        }
    }

    @Test
    void ordersAreFixedForEver() {
        assertArrayEquals(new long[] {1, 3, 5, 2, 0, 9, 8, 6, 7, 4}, first(0, 0, 10, 10));
        assertArrayEquals(new long[] {0, 3, 1, 4, 2}, first(42, 3, 5, 5));
    }

    @Test
    void epochsAndSeedsDiffer() {
        long[] order = first(0, 0, 1000, 1000);
        assertFalse(Arrays.equals(order, first(0, 1, 1000, 1000)));
        assertFalse(Arrays.equals(order, first(1, 0, 1000, 1000)));
        assertArrayEquals(order, first(0, 0, 1000, 1000));
    }

    @Test
    void worksForSizesThatNoArrayHolds() {
        long size = (1L << 40) + 7;
        SampleOrder order = new SampleOrder(3, 0, size);
        assertTrue(LongStream.range(0, 1000).map(order::at).allMatch(id -> id >= 0 && id < size));
        assertEquals(1000, LongStream.range(0, 1000).map(order::at).distinct().count());
    }

    /** Over 6,000 epochs of 3 samples each of the 6 orders is expected 1,000 times, with a deviation of 29. */
    @Test
    void ordersOfThreeSamplesAreEquallyLikely() {
        int[] counts = new int[27];
        for (long epoch = 0; epoch < 6000; epoch++) {
            long[] order = first(9, epoch, 3, 3);
            counts[(int) (9 * order[0] + 3 * order[1] + order[2])]++;
        }
        int[] used = Arrays.stream(counts).filter(count -> count > 0).toArray();
        assertEquals(6, used.length);
        assertTrue(Arrays.stream(used).allMatch(count -> Math.abs(count - 1000) < 150), Arrays.toString(used));
    }

    /** A sample's mean place over 2,000 epochs of 100 is 49.5 with a deviation of 0.65. */
    @Test
    void noSampleHasAFavouritePlace() {
        double[] sums = new double[100];
        for (long epoch = 0; epoch < 2000; epoch++) {
            long[] order = first(1, epoch, 100, 100);
            for (int place = 0; place < 100; place++) {
                sums[(int) order[place]] += place;
            }
        }
        assertTrue(Arrays.stream(sums).allMatch(sum -> Math.abs(sum / 2000 - 49.5) < 4), Arrays.toString(sums));
    }

    @Test
    void rejectsPlacesOutside() {
        SampleOrder order = new SampleOrder(0, 0, 10);
        assertThrows(IndexOutOfBoundsException.class, () -> order.at(10));
        assertThrows(IndexOutOfBoundsException.class, () -> order.at(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> new SampleOrder(0, 0, 0).at(0));
        assertThrows(IllegalArgumentException.class, () -> new SampleOrder(0, 0, -1));
    }

    private static long[] first(long seed, long epoch, long size, int count) {
        SampleOrder order = new SampleOrder(seed, epoch, size);
        return LongStream.range(0, count).map(order::at).toArray();
    }
}
