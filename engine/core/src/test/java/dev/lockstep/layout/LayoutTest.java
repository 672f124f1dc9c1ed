package dev.lockstep.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LayoutTest {
    private static Layout contiguous(long... sizes) {
        return Layout.contiguous(Shape.of(sizes));
    }

    @Nested
    class Orders {
        @Test
        void contiguousStridesAreCOrder() {
            assertArrayEquals(new long[] {12, 4, 1}, contiguous(2, 3, 4).strides());
            assertTrue(contiguous(2, 3, 4).isContiguous());
        }

        @Test
        void channelsLastPutsChannelsInnermost() {
            Layout images = Layout.channelsLast(Shape.of(2, 3, 4, 5));
            assertArrayEquals(new long[] {60, 1, 15, 3}, images.strides());
            assertTrue(images.isChannelsLast());
            assertFalse(images.isContiguous());
            assertTrue(images.isDense());
        }

        @Test
        void aSlicedLayoutIsNotDense() {
            assertFalse(contiguous(4, 6).narrow(1, 0, 3, 1).isDense());
            assertTrue(contiguous(4, 6).narrow(0, 1, 2, 1).isDense());
        }

        @Test
        void aPermutedLayoutIsDenseAndAnExpandedOneIsNot() {
            assertTrue(contiguous(2, 3, 4).permute(1, 2, 0).isDense());
            assertFalse(contiguous(3, 1).expand(Shape.of(3, 4)).isDense());
        }

        @Test
        void axesInMemoryGoFromTheLargestStrideToTheSmallest() {
            assertArrayEquals(
                    new int[] {0, 2, 3, 1},
                    Layout.channelsLast(Shape.of(2, 3, 4, 5)).axesInMemory());
            assertArrayEquals(
                    new int[] {2, 0, 1}, contiguous(2, 3, 4).permute(1, 2, 0).axesInMemory());
        }

        @Test
        void axesInMemoryLeaveOutThoseOfSizeOneAndKeepTheOrderOfEqualStrides() {
            assertArrayEquals(new int[] {1}, contiguous(1, 3, 1).axesInMemory());
            assertArrayEquals(new int[0], contiguous(1, 1).axesInMemory());
            assertArrayEquals(
                    new int[] {0, 1},
                    Layout.of(Shape.of(2, 3), new long[] {0, 0}, 0).axesInMemory());
        }
    }

    @Nested
    class Views {
        @Test
        void permuteMovesSizesAndStrides() {
            Layout moved = contiguous(2, 3, 4).permute(2, 0, 1);
            assertEquals(Shape.of(4, 2, 3), moved.shape());
            assertArrayEquals(new long[] {1, 12, 4}, moved.strides());
        }

        @Test
        void expandUsesStrideZero() {
            Layout wide = contiguous(3, 1).expand(Shape.of(2, 3, 4));
            assertArrayEquals(new long[] {0, 1, 0}, wide.strides());
        }

        @Test
        void narrowMovesTheOffset() {
            Layout part = contiguous(4, 6).narrow(0, 1, 2, 2);
            assertEquals(6, part.offset());
            assertArrayEquals(new long[] {12, 1}, part.strides());
        }

        @Test
        void narrowRefusesToLeaveTheAxis() {
            var error = assertThrows(
                    IllegalArgumentException.class, () -> contiguous(4, 6).narrow(0, 3, 2, 1));
            assertTrue(error.getMessage().contains("start 3, length 2"), error.getMessage());
        }
    }

    @Nested
    class Reshapes {
        @Test
        void aContiguousLayoutTakesAnyShape() {
            assertEquals(Optional.of(contiguous(6, 4)), contiguous(2, 3, 4).reshape(Shape.of(6, 4)));
        }

        @Test
        void aTransposedLayoutNeedsACopyToBeFlattened() {
            assertEquals(Optional.empty(), contiguous(2, 3).permute(1, 0).reshape(Shape.of(6)));
        }

        @Test
        void runsWithoutGapsMayBeSplitAndJoined() {
            Layout rows = contiguous(4, 6).narrow(1, 0, 3, 1); // strides [6, 1]
            assertArrayEquals(
                    new long[] {12, 6, 1},
                    rows.reshape(Shape.of(2, 2, 3)).orElseThrow().strides());
            assertEquals(Optional.empty(), rows.reshape(Shape.of(12)));
        }

        @Test
        void anotherNumberOfElementsIsRefused() {
            assertThrows(IllegalArgumentException.class, () -> contiguous(2, 3).reshape(Shape.of(5)));
        }
    }

    @Nested
    class RowsThatRepeat {
        private final Layout images = Layout.channelsLast(Shape.of(2, 3, 4, 5));

        @Test
        void aNumberAChannelRepeatsInChannelsLastImagesOnly() {
            assertEquals(3, contiguous(3, 1, 1).rowIn(images));
            assertEquals(0, contiguous(3, 1, 1).rowIn(contiguous(2, 3, 4, 5)));
        }

        @Test
        void theLastAxesRepeatInCOrder() {
            assertEquals(5, contiguous(5).rowIn(contiguous(2, 3, 4, 5)));
            assertEquals(20, contiguous(1, 4, 5).rowIn(contiguous(2, 3, 4, 5)));
            assertEquals(0, contiguous(4, 1).rowIn(contiguous(2, 3, 4, 5)));
            assertEquals(0, contiguous(2, 1, 4, 5).rowIn(contiguous(2, 3, 4, 5)));
        }

        @Test
        void oneNumberIsARowAndSoIsTheWhole() {
            assertEquals(1, contiguous().rowIn(images));
            assertEquals(120, images.rowIn(images));
            assertEquals(0, contiguous(2, 3, 4, 5).rowIn(images));
        }

        @Test
        void everySecondNumberIsNoRow() {
            assertEquals(0, contiguous(6).narrow(0, 0, 3, 2).rowIn(contiguous(2, 3)));
        }

        @Test
        void whatDoesNotBroadcastIsNoRow() {
            assertEquals(0, contiguous(4).rowIn(contiguous(2, 3)));
            assertEquals(0, contiguous(1, 2, 3).rowIn(contiguous(2, 3)));
        }
    }

    @Test
    void broadcastingNamesBothShapes() {
        var error = assertThrows(
                IllegalArgumentException.class, () -> Shape.broadcast(Shape.of(32, 64), Shape.of(128, 10)));
        assertEquals("shapes do not broadcast: [32, 64] and [128, 10]", error.getMessage());
        assertEquals(Shape.of(2, 3, 4), Shape.broadcast(Shape.of(3, 1), Shape.of(2, 1, 4)));
    }
}
