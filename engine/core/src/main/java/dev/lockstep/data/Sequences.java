package dev.lockstep.data;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/** Joins sequences of different lengths. */
public final class Sequences {
    private Sequences() {}

    /**
     * Pads sequences [L_i, ...] at their ends to the longest and joins them, as torch's {@code pad_sequence}.
     *
     * @param batchFirst whether the result is [N, L, ...], else [L, N, ...]
     * @param padding what stands where a sequence has ended
     * @throws IllegalArgumentException if there is none, or they differ in dtype or in any axis but the first
     */
    public static Tensor padSequence(List<Tensor> sequences, boolean batchFirst, double padding) {
        if (sequences.isEmpty()) {
            throw new IllegalArgumentException("padSequence: no sequences to join");
        }
        Tensor first = sequences.getFirst();
        sequences.forEach(sequence -> check(first, sequence));
        long longest =
                sequences.stream().mapToLong(sequence -> sequence.size(0)).max().orElse(0);
        return Scope.tidy(() -> {
            List<Tensor> padded = new ArrayList<>();
            for (Tensor sequence : sequences) {
                long missing = longest - sequence.size(0);
                long[] gap = sequence.shape().with(0, missing).toArray();
                padded.add(
                        missing == 0
                                ? sequence
                                : Tensors.cat(0, sequence, Tensors.full(padding, sequence.dtype(), gap)));
            }
            return Tensors.stack(padded, batchFirst ? 0 : 1);
        });
    }

    /** {@return the lengths of sequences, as I64 [N]} */
    public static Tensor lengths(List<Tensor> sequences) {
        return Tensors.tensor(
                sequences.stream().mapToLong(sequence -> sequence.size(0)).toArray());
    }

    private static void check(Tensor first, Tensor other) {
        boolean fits = first.rank() > 0
                && other.rank() == first.rank()
                && other.dtype() == first.dtype()
                && other.shape().with(0, 0).equals(first.shape().with(0, 0));
        if (!fits) {
            throw new IllegalArgumentException("padSequence: sequences " + first.dtype() + first.shape() + " and "
                    + other.dtype() + other.shape() + " differ in more than their lengths");
        }
    }
}
