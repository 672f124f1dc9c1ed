package dev.lockstep.tensor;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Normalisations of parts of the channels, bags of vectors, pixels from channels: chains of other ops. */
final class FeatureOps {
    private FeatureOps() {}

    static Tensor groupNorm(Tensor x, int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        if (x.rank() < 2 || x.size(1) % groups != 0) {
            throw Engine.wrong("groupNorm: " + groups + " groups do not divide the channels of " + x.shape());
        }
        Tensor rows = x.reshape(x.size(0), groups, -1);
        Tensor centred = rows.sub(rows.mean(true, 2));
        Tensor normal =
                centred.mul(centred.square().mean(true, 2).add(eps).rsqrt()).reshape(x.shape());
        Tensor scaled = weight == null ? normal : normal.mul(perChannel(x, weight));
        return bias == null ? scaled : scaled.add(perChannel(x, bias));
    }

    /** Sees [C] as [1, C, 1, ...] of the rank of x. */
    static Tensor perChannel(Tensor x, Tensor vector) {
        long[] sizes = new long[x.rank()];
        Arrays.fill(sizes, 1);
        sizes[1] = vector.numel();
        return vector.reshape(sizes);
    }

    static Tensor rmsNorm(Tensor x, int axes, @Nullable Tensor weight, double eps) {
        int[] last = IntStream.range(x.rank() - axes, x.rank()).toArray();
        Tensor normal = x.mul(x.square().mean(true, last).add(eps).rsqrt());
        return weight == null ? normal : normal.mul(weight);
    }

    static Tensor embedding(Tensor index, Tensor weight, long paddingIndex) {
        Tensor rows = Tensors.embedding(index, weight);
        Tensor padding = index.eq(paddingIndex).unsqueeze(-1);
        return Tensors.where(padding, rows.detach(), rows);
    }

    /** Zeroes whole channels of [N, C, ...]. */
    static Tensor channelDropout(String op, Tensor x, double p) {
        if (x.rank() < 2) {
            throw Engine.wrong(op + ": needs [N, C, ...], got " + x.shape());
        }
        long[] sizes = new long[x.rank()];
        Arrays.fill(sizes, 1);
        sizes[0] = x.size(0);
        sizes[1] = x.size(1);
        return x.mul(Tensors.ones(x.dtype(), sizes).dropout(p));
    }

    static Tensor pixelShuffle(Tensor x, int factor) {
        long area = (long) factor * factor;
        if (x.rank() != 4 || x.size(1) % area != 0) {
            throw Engine.wrong("pixelShuffle: needs [N, C " + area + ", H, W], got " + x.shape());
        }
        return x.reshape(x.size(0), x.size(1) / area, factor, factor, x.size(2), x.size(3))
                .permute(0, 1, 4, 2, 5, 3)
                .reshape(x.size(0), x.size(1) / area, x.size(2) * factor, x.size(3) * factor);
    }

    static Tensor pixelUnshuffle(Tensor x, int factor) {
        if (x.rank() != 4 || x.size(2) % factor != 0 || x.size(3) % factor != 0) {
            throw Engine.wrong("pixelUnshuffle: needs [N, C, H " + factor + ", W " + factor + "], got " + x.shape());
        }
        return x.reshape(x.size(0), x.size(1), x.size(2) / factor, factor, x.size(3) / factor, factor)
                .permute(0, 1, 3, 5, 2, 4)
                .reshape(x.size(0), x.size(1) * factor * factor, x.size(2) / factor, x.size(3) / factor);
    }

    static Tensor normalize(Tensor x, double p, int axis, double eps) {
        return x.div(x.norm(p, true, axis).clampMin(eps));
    }

    static Tensor cosineSimilarity(Tensor a, Tensor b, int axis, double eps) {
        Tensor lengths =
                a.norm(2, false, axis).clampMin(eps).mul(b.norm(2, false, axis).clampMin(eps));
        return a.mul(b).sum(axis).div(lengths);
    }

    static Tensor pairwiseDistance(Tensor a, Tensor b, double p, double eps) {
        return a.sub(b).add(eps).norm(p, false, -1);
    }

    /**
     * Folds bags of rows: index [N, L] has a bag a row, index [L] with offsets [B] has the bags one after the other.
     */
    static Tensor embeddingBag(Tensor index, Tensor weight, @Nullable Tensor offsets, EmbeddingBagOptions options) {
        long[] starts = starts(index, offsets);
        Tensor flat = index.flatten();
        Tensor rows = options.paddingIndex() < 0
                ? Tensors.embedding(flat, weight)
                : embedding(flat, weight, options.paddingIndex()); // [L, D]
        Tensor[] bags = new Tensor[starts.length - 1];
        @Nullable Tensor weights = options.sampleWeights();
        Tensor scaled = weights == null ? rows : rows.mul(weights.flatten().unsqueeze(1));
        boolean[] padding = options.paddingIndex() < 0
                ? new boolean[(int) flat.numel()]
                : flat.eq(options.paddingIndex()).toBooleanArray();
        for (int b = 0; b < bags.length; b++) {
            long[] members = members(starts[b], starts[b + 1], padding);
            bags[b] = members.length == 0
                    ? Tensors.zeros(weight.dtype(), weight.size(1))
                    : folded(scaled.indexSelect(0, Tensors.tensor(members)), options.mode());
        }
        return bags.length == 0 ? Tensors.zeros(weight.dtype(), 0, weight.size(1)) : Tensors.stack(0, bags);
    }

    private static long[] members(long from, long to, boolean[] padding) {
        return LongStream.range(from, to).filter(i -> !padding[(int) i]).toArray();
    }

    private static Tensor folded(Tensor rows, EmbeddingBagOptions.Mode mode) {
        return switch (mode) {
            case SUM -> rows.sum(0);
            case MEAN -> rows.mean(0);
            case MAX -> rows.max(0).values();
        };
    }

    private static long[] starts(Tensor index, @Nullable Tensor offsets) {
        if (index.rank() == 2 && offsets == null) {
            return LongStream.rangeClosed(0, index.size(0))
                    .map(row -> row * index.size(1))
                    .toArray();
        }
        if (index.rank() != 1 || offsets == null || offsets.rank() != 1) {
            throw Engine.wrong("embeddingBag: index [N, L], or [L] with offsets [B], got " + index.shape());
        }
        long[] starts = Arrays.copyOf(offsets.toLongArray(), (int) offsets.numel() + 1);
        starts[starts.length - 1] = index.numel();
        for (int i = 0; i + 1 < starts.length; i++) {
            if (starts[i] < 0 || starts[i] > starts[i + 1] || (i == 0 && starts[0] != 0)) {
                throw Engine.wrong("embeddingBag: offsets must begin with 0 and not fall, got "
                        + Arrays.toString(starts) + " for " + index.numel() + " indexes");
            }
        }
        return starts;
    }
}
