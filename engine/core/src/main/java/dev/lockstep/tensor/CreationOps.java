package dev.lockstep.tensor;

import dev.lockstep.layout.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tensors that are drawn by weights, and grids. */
final class CreationOps {
    private CreationOps() {}

    static List<Tensor> meshgrid(Tensor... vectors) {
        long[] sizes = new long[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i].rank() > 1) {
                throw Engine.wrong("meshgrid: vectors expected, got " + vectors[i].shape());
            }
            sizes[i] = vectors[i].numel();
        }
        List<Tensor> grid = new ArrayList<>();
        for (int i = 0; i < vectors.length; i++) {
            long[] column = new long[vectors.length];
            Arrays.fill(column, 1);
            column[i] = sizes[i];
            grid.add(vectors[i].reshape(column).expand(sizes));
        }
        return List.copyOf(grid);
    }

    static Tensor bernoulli(Tensor probabilities) {
        return Tensors.rand(probabilities.shape().toArray()).lt(probabilities).to(probabilities.dtype());
    }

    /**
     * With replacement by the running sum of the weights; without by the largest of {@code log(u) / w} (Efraimidis).
     */
    static Tensor multinomial(Tensor weights, int count, boolean replacement) {
        long classes = weights.rank() == 0 ? 0 : weights.size(-1);
        if (weights.rank() < 1 || weights.rank() > 2 || classes == 0 || (!replacement && count > classes)) {
            throw Engine.wrong("multinomial: " + count + " draws of weights " + weights.shape()
                    + (replacement ? "" : " without replacement"));
        }
        if (!replacement) {
            Tensor keys = Tensors.rand(weights.shape().toArray())
                    .clampMin(Float.MIN_NORMAL)
                    .log()
                    .div(weights);
            return keys.topk(count).indices();
        }
        Tensor sums = weights.to(DType.F64).cumsum(-1);
        Tensor total = sums.narrow(-1, classes - 1, 1);
        long[] sizes = weights.shape().with(-1, count).toArray();
        Tensor places = Tensors.rand(sizes).mul(total); // [..., count]
        return places.unsqueeze(-1).ge(sums.unsqueeze(-2)).sum(-1).clamp(0, classes - 1.0);
    }
}
