package dev.lockstep.nn;

import static dev.lockstep.tensor.Tensors.arange;
import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randn;
import static dev.lockstep.tensor.Tensors.tensor;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PackedSequenceTest {
    private static final long[] LENGTHS = {2, 4, 1};

    @Test
    void longestComesFirstAndStepsFollowOneAnother() {
        Tensor x = arange(12).reshape(3, 4); // Sequence n holds 4 n + t.
        PackedSequence packed = PackedSequence.packPaddedSequence(x, LENGTHS, true, false);
        assertArrayEquals(new long[] {4, 0, 8, 5, 1, 6, 7}, packed.data().toLongArray());
        assertEquals(List.of(3L, 2L, 1L, 1L), packed.batchSizes());
        assertEquals(List.of(1L, 0L, 2L), packed.sortedIndices());
        assertEquals(List.of(2L, 4L, 1L), packed.lengths());
    }

    @Test
    void paddingGivesTheBatchBack() {
        Tensor x = tensor(1f, 2f, 9f, 3f, 4f, 5f).reshape(2, 3);
        PackedSequence.Padded padded = PackedSequence.packPaddedSequence(x, new long[] {2, 3}, true, false)
                .padPackedSequence(true, -1, 4);
        assertArrayEquals(new float[] {1, 2, -1, -1, 3, 4, 5, -1}, padded.out().toFloatArray());
        assertEquals(List.of(2L, 3L), padded.lengths());
    }

    @Test
    void equalLengthsKeepTheirOrder() {
        PackedSequence packed = PackedSequence.packSequence(List.of(tensor(1L), tensor(2L), tensor(3L)), true);
        assertEquals(List.of(0L, 1L, 2L), packed.sortedIndices());
        assertArrayEquals(new long[] {1, 2, 3}, packed.data().toLongArray());
    }

    @Test
    void sequencesComeOutOneByOneAsTheyWentIn() {
        List<Tensor> sequences = List.of(randn(2, 3), randn(5, 3), randn(1, 3));
        List<Tensor> back = PackedSequence.packSequence(sequences, false).unpackSequence();
        for (int n = 0; n < sequences.size(); n++) {
            assertArrayEquals(sequences.get(n).toFloatArray(), back.get(n).toFloatArray());
        }
    }

    @Test
    void aPackedSequenceHasTheBitsOfEachOneAlone() {
        manualSeed(0);
        LSTM lstm = new LSTM(3, 5, o -> o.layers(2).bidirectional(true));
        lstm.eval();
        Tensor x = randn(4, 3, 3);
        LSTM.PackedOutput all = lstm.call(PackedSequence.packPaddedSequence(x, LENGTHS, false, false));
        List<Tensor> outputs = all.out().unpackSequence();
        for (int n = 0; n < LENGTHS.length; n++) {
            LSTM.Output alone = lstm.call(x.narrow(1, n, 1).narrow(0, 0, LENGTHS[n]));
            assertArrayEquals(alone.out().toFloatArray(), outputs.get(n).toFloatArray());
            assertArrayEquals(
                    alone.end().c().toFloatArray(),
                    all.end().c().narrow(1, n, 1).toFloatArray());
        }
    }

    @Test
    void whatLiesBehindTheEndIsNotRead() {
        GRU gru = new GRU(3, 5, o -> o.batchFirst(true));
        Tensor x = randn(2, 4, 3);
        x.select(0, 1).narrow(0, 2, 2).fill_(Double.NaN);
        Recurrent.PackedOutput output = gru.call(PackedSequence.packPaddedSequence(x, new long[] {4, 2}, true, true));
        assertFalse(Double.isNaN(output.out().data().sum().item()));
        assertFalse(Double.isNaN(output.end().sum().item()));
    }

    @Test
    void refusesLengthsThatDoNotFit() {
        Tensor x = zeros(2, 3, 1);
        for (long[] lengths : List.of(new long[] {3}, new long[] {3, 0}, new long[] {4, 1}, new long[0])) {
            assertThrows(
                    IllegalArgumentException.class, () -> PackedSequence.packPaddedSequence(x, lengths, true, false));
        }
        var rising = assertThrows(
                IllegalArgumentException.class,
                () -> PackedSequence.packPaddedSequence(x, new long[] {1, 3}, true, true));
        assertTrue(rising.getMessage().contains("enforceSorted = false"), rising.getMessage());
        assertThrows(IllegalArgumentException.class, () -> PackedSequence.packSequence(List.of(), false));
        PackedSequence packed = PackedSequence.packPaddedSequence(x, new long[] {3, 1}, true, true);
        assertThrows(IllegalArgumentException.class, () -> packed.padPackedSequence(true, 0, 2));
    }

    @Test
    void refusesSizesThatDoNotBelongTogether() {
        Tensor rows = zeros(DType.F32, 3, 2);
        List<Long> order = List.of(1L, 0L);
        assertThrows(IllegalArgumentException.class, () -> new PackedSequence(rows, List.of(1L, 2L), order));
        assertThrows(IllegalArgumentException.class, () -> new PackedSequence(rows, List.of(2L, 2L), order));
        assertThrows(IllegalArgumentException.class, () -> new PackedSequence(rows, List.of(), List.of()));
        assertThrows(IllegalArgumentException.class, () -> new PackedSequence(rows, List.of(2L, 1L), List.of(1L, 1L)));
    }

    @Test
    void networksRefuseRowsAndStatesOfAnotherSize() {
        PackedSequence packed = PackedSequence.packSequence(List.of(zeros(3, 2), zeros(1, 2)), true);
        assertThrows(IllegalArgumentException.class, () -> new RNN(3, 5).call(packed));
        var wrong = assertThrows(
                IllegalArgumentException.class, () -> new RNN(2, 5).call(packed, Optional.of(zeros(2, 2, 5))));
        assertTrue(wrong.getMessage().contains("[1, 2, 5]"), wrong.getMessage());
    }
}
