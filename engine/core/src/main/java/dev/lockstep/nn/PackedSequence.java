package dev.lockstep.nn;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Sequences of different lengths without padding, as recurrent networks walk them: the first elements of all sequences,
 * longest sequence first, then the second elements of those that have one, and so on. Recurrent networks take one
 * instead of a padded batch and compute the elements that exist, no others.
 *
 * <pre>{@code
 * PackedSequence packed = PackedSequence.packPaddedSequence(x, lengths, true, false);  // x: [N, T, in]
 * LSTM.PackedOutput output = lstm.call(packed);
 * PackedSequence.Padded padded = output.out().padPackedSequence(true);                 // [N, T, hidden], lengths
 * }</pre>
 *
 * @param data the elements, [sum of the lengths, ...]
 * @param batchSizes how many sequences have a first element, a second, ...
 * @param sortedIndices which sequence of the batch is the longest, the second longest, ...
 */
public record PackedSequence(Tensor data, List<Long> batchSizes, List<Long> sortedIndices) {

    /**
     * A batch of sequences that all have the size of the longest.
     *
     * @param out the sequences, [T, N, ...] or [N, T, ...]
     * @param lengths how many elements each one has
     */
    public record Padded(Tensor out, List<Long> lengths) {
        /** Copies the lengths. */
        public Padded {
            lengths = List.copyOf(lengths);
        }
    }

    /**
     * Checks that the sizes belong together.
     *
     * @throws IllegalArgumentException if the sizes rise, do not sum to the rows of the data, or the indices are no
     *     permutation
     */
    public PackedSequence {
        batchSizes = List.copyOf(batchSizes);
        sortedIndices = List.copyOf(sortedIndices);
        boolean falls = IntStream.range(1, batchSizes.size()).allMatch(falling(batchSizes));
        long rows = batchSizes.stream().mapToLong(Long::longValue).sum();
        if (batchSizes.isEmpty() || batchSizes.getLast() < 1 || !falls || data.rank() == 0 || data.size(0) != rows) {
            throw new IllegalArgumentException("PackedSequence: batch sizes " + batchSizes
                    + " must fall, be positive, and sum to the rows of the data " + data.shape());
        }
        List<Long> all = LongStream.range(0, batchSizes.getFirst()).boxed().toList();
        if (!sortedIndices.stream().sorted().toList().equals(all)) {
            throw new IllegalArgumentException("PackedSequence: " + sortedIndices + " do not name each of "
                    + batchSizes.getFirst() + " sequences once");
        }
    }

    private static IntPredicate falling(List<Long> sizes) {
        return t -> sizes.get(t) <= sizes.get(t - 1);
    }

    /** Packs a batch [T, N, ...] whose sequences come longest first. */
    public static PackedSequence packPaddedSequence(Tensor x, long... lengths) {
        return packPaddedSequence(x, lengths, false, true);
    }

    /**
     * Packs a batch, as torch's {@code pack_padded_sequence}.
     *
     * @param x padded sequences, [N, T, ...] with {@code batchFirst}, else [T, N, ...]; what lies behind a sequence's
     *     end is not read
     * @param lengths how many elements each sequence has
     * @param enforceSorted whether it is an error if the sequences do not come longest first; else they are sorted, and
     *     come back in the order that they had
     * @throws IllegalArgumentException if a length is not in [1, T], their number is not N, or they are not sorted
     */
    public static PackedSequence packPaddedSequence(
            Tensor x, long[] lengths, boolean batchFirst, boolean enforceSorted) {
        long steps = x.rank() < 2 ? 0 : x.size(batchFirst ? 1 : 0);
        boolean fits = x.rank() >= 2 && x.size(batchFirst ? 0 : 1) == lengths.length && lengths.length > 0;
        if (!fits || Arrays.stream(lengths).anyMatch(length -> length < 1 || length > steps)) {
            throw new IllegalArgumentException("packPaddedSequence: lengths " + Arrays.toString(lengths)
                    + " do not fit " + x.shape() + (batchFirst ? " [N, T, ...]" : " [T, N, ...]")
                    + ": one a sequence is needed, from 1 to T");
        }
        long acrossTime = batchFirst ? 1 : lengths.length;
        long acrossBatch = batchFirst ? steps : 1;
        return packed(x.flatten(0, 1), lengths, enforceSorted, (n, t) -> n * acrossBatch + t * acrossTime);
    }

    /**
     * Packs sequences [L_i, ...], as torch's {@code pack_sequence}.
     *
     * @param enforceSorted whether it is an error if they do not come longest first
     * @throws IllegalArgumentException if there is none, one is empty, they differ in more than their lengths, or they
     *     are not sorted
     */
    public static PackedSequence packSequence(List<Tensor> sequences, boolean enforceSorted) {
        long[] lengths = sequences.stream()
                .mapToLong(sequence -> sequence.rank() == 0 ? 0 : sequence.size(0))
                .toArray();
        if (lengths.length == 0 || Arrays.stream(lengths).anyMatch(length -> length < 1)) {
            throw new IllegalArgumentException(
                    "packSequence: every sequence needs an element, lengths " + Arrays.toString(lengths));
        }
        long[] starts = new long[lengths.length];
        for (int n = 1; n < starts.length; n++) {
            starts[n] = starts[n - 1] + lengths[n - 1];
        }
        return packed(Tensors.cat(sequences, 0), lengths, enforceSorted, (n, t) -> starts[(int) n] + t);
    }

    /** Where the rows of a batch lie. */
    private interface Place {
        long of(long sequence, long step);
    }

    private static PackedSequence packed(Tensor rows, long[] lengths, boolean enforceSorted, Place place) {
        List<Long> order = LongStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparingLong((Long n) -> -lengths[n.intValue()]))
                .toList();
        if (enforceSorted && !order.equals(order.stream().sorted().toList())) {
            throw new IllegalArgumentException("packPaddedSequence: lengths " + Arrays.toString(lengths)
                    + " must not rise; pass enforceSorted = false to have the sequences sorted");
        }
        List<Long> batchSizes = new ArrayList<>();
        long[] places = new long[(int) Arrays.stream(lengths).sum()];
        int next = 0;
        for (long t = 0; t < lengths[order.getFirst().intValue()]; t++) {
            int before = next;
            for (long n : order) {
                if (lengths[(int) n] > t) {
                    places[next++] = place.of(n, t);
                }
            }
            batchSizes.add((long) next - before);
        }
        return new PackedSequence(rows.indexSelect(0, Tensors.tensor(places)), batchSizes, order);
    }

    /** {@return for each sequence of the batch, which place it has among the sorted ones} */
    public List<Long> unsortedIndices() {
        return LongStream.range(0, sortedIndices.size())
                .map(sortedIndices::indexOf)
                .boxed()
                .toList();
    }

    /** {@return how many elements each sequence of the batch has} */
    public List<Long> lengths() {
        return unsortedIndices().stream()
                .map(place -> batchSizes.stream().filter(size -> size > place).count())
                .toList();
    }

    /** {@return other elements, one a row, in the place of these} */
    public PackedSequence with(Tensor other) {
        return new PackedSequence(other, batchSizes, sortedIndices);
    }

    /** Pads with zeros to the longest sequence. */
    public Padded padPackedSequence(boolean batchFirst) {
        return padPackedSequence(batchFirst, 0, batchSizes.size());
    }

    /**
     * Gives the padded batch back, as torch's {@code pad_packed_sequence}.
     *
     * @param batchFirst whether the result is [N, T, ...], else [T, N, ...]
     * @param padding what stands where a sequence has ended
     * @param totalLength the T wanted
     * @throws IllegalArgumentException if a sequence is longer than that
     */
    public Padded padPackedSequence(boolean batchFirst, double padding, long totalLength) {
        if (totalLength < batchSizes.size()) {
            throw new IllegalArgumentException("padPackedSequence: total length " + totalLength
                    + " is below the longest sequence's " + batchSizes.size());
        }
        int sequences = sortedIndices.size();
        long[] places = new long[Math.toIntExact(Math.multiplyExact(totalLength, sequences))];
        Arrays.fill(places, data.size(0));
        List<Long> sorted = unsortedIndices();
        long start = 0;
        for (int t = 0; t < batchSizes.size(); t++) {
            for (int n = 0; n < sequences; n++) {
                int place = batchFirst ? Math.toIntExact(n * totalLength + t) : t * sequences + n;
                places[place] = sorted.get(n) < batchSizes.get(t) ? start + sorted.get(n) : places[place];
            }
            start += batchSizes.get(t);
        }
        Tensor none =
                Tensors.full(padding, data.dtype(), data.shape().with(0, 1).toArray());
        Tensor rows = Tensors.cat(0, data, none).indexSelect(0, Tensors.tensor(places));
        return new Padded(
                batchFirst ? rows.unflatten(0, sequences, totalLength) : rows.unflatten(0, totalLength, sequences),
                lengths());
    }

    /** Gives the sequences back one by one, [L_i, ...], as torch's {@code unpack_sequence}. */
    public List<Tensor> unpackSequence() {
        Padded padded = padPackedSequence(true);
        List<Tensor> sequences = new ArrayList<>();
        for (int n = 0; n < padded.lengths().size(); n++) {
            sequences.add(
                    padded.out().select(0, n).narrow(0, 0, padded.lengths().get(n)));
        }
        return sequences;
    }

    /** Brings states [layers, N, hidden] from the order of the batch into that of the sorted sequences. */
    Tensor sorted(Tensor states) {
        return states.indexSelect(1, index(sortedIndices));
    }

    /** Brings states [layers, N, hidden] back into the order of the batch. */
    Tensor unsorted(Tensor states) {
        return states.indexSelect(1, index(unsortedIndices()));
    }

    private static Tensor index(List<Long> numbers) {
        return Tensors.tensor(numbers.stream().mapToLong(Long::longValue).toArray());
    }
}
