package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.EmbeddingBagOptions;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Looks vectors up and folds those of each bag: index [N, L] has a bag a row, index [L] with offsets [B] the bags one
 * after the other. State: {@code weight} [count, dim], drawn from N(0, 1).
 */
public final class EmbeddingBag extends Module<EmbeddingBag.Input, Tensor> {
    private final EmbeddingBagOptions options;
    private final Tensor weight;

    /**
     * What it takes.
     *
     * @param index the rows (I64)
     * @param offsets where bags begin, if the index has one axis
     */
    public record Input(Tensor index, Optional<Tensor> offsets) {}

    /** Makes a table whose bags are averaged. */
    public EmbeddingBag(long count, int dim) {
        this(count, dim, UnaryOperator.identity());
    }

    /** Makes a table with options. */
    public EmbeddingBag(long count, int dim, UnaryOperator<EmbeddingBagOptions> options) {
        Checks.atLeast("EmbeddingBag", "count", count, 1);
        Checks.atLeast("EmbeddingBag", "dim", dim, 1);
        this.options = options.apply(EmbeddingBagOptions.DEFAULT);
        Tensor values = Init.normal_(Init.empty(Shape.of(count, dim)), 0, 1);
        if (this.options.paddingIndex() >= 0) {
            Init.zeroRow(values, this.options.paddingIndex());
        }
        this.weight = param("weight", values);
    }

    /** Folds a bag a row. */
    public Tensor call(Tensor index) {
        return call(new Input(index, Optional.empty()));
    }

    @Override
    public Tensor forward(Input input) {
        return Functional.embeddingBag(input.index(), weight, input.offsets().orElse(null), options);
    }

    @Override
    protected String description() {
        return weight.size(0) + ", " + weight.size(1) + ", mode=" + options.mode();
    }
}
