package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.function.UnaryOperator;

/**
 * Looks vectors up by index: I64 of any shape to [shape..., dim]. State: {@code weight} [count, dim], drawn from N(0,
 * 1), its padding row zero. The padding row gets no gradient.
 */
public final class Embedding extends Layer {
    private final Config config;
    private final Tensor weight;

    /**
     * The options.
     *
     * @param count how many vectors there are
     * @param dim size of each
     * @param paddingIndex the row that stays as it is, or -1 for none
     */
    public record Config(long count, int dim, long paddingIndex) {
        /** Checks the numbers. */
        public Config {
            Checks.atLeast("Embedding", "count", count, 1);
            Checks.atLeast("Embedding", "dim", dim, 1);
            if (paddingIndex < -1 || paddingIndex >= count) {
                throw new IllegalArgumentException(
                        "Embedding: paddingIndex " + paddingIndex + " is outside of [0, " + count + ")");
            }
        }

        /** {@return these options with another padding row} */
        public Config paddingIndex(long row) {
            return new Config(count, dim, row);
        }
    }

    /** Makes a table without a padding row. */
    public Embedding(long count, int dim) {
        this(count, dim, UnaryOperator.identity());
    }

    /** Makes a table with options. */
    public Embedding(long count, int dim, UnaryOperator<Config> options) {
        this.config = options.apply(new Config(count, dim, -1));
        Tensor values = Init.normal_(Init.empty(Shape.of(config.count(), config.dim())), 0, 1);
        if (config.paddingIndex() >= 0) {
            Init.zeroRow(values, config.paddingIndex());
        }
        this.weight = param("weight", values);
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    /** {@return the table, [count, dim]} */
    public Tensor weight() {
        return weight;
    }

    @Override
    public Tensor forward(Tensor index) {
        Tensor rows = Tensors.embedding(index, weight);
        if (config.paddingIndex() < 0) {
            return rows;
        }
        Tensor padding = index.eq(config.paddingIndex()).unsqueeze(-1);
        return Tensors.where(padding, rows.detach(), rows);
    }

    @Override
    protected String description() {
        return config.count() + ", " + config.dim()
                + (config.paddingIndex() < 0 ? "" : ", padding_idx=" + config.paddingIndex());
    }
}
