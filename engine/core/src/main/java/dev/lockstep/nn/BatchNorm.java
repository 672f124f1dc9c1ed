package dev.lockstep.nn;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.module.BufferUpdates;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.BatchNormResult;
import dev.lockstep.tensor.BatchStatistics;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.function.UnaryOperator;

/**
 * Normalises each channel: {@code (x - mean) / sqrt(var + eps) * weight + bias} (Ioffe and Szegedy 2015). While
 * training, mean and biased variance are those of the batch at hand, which inside a training step is one virtual
 * rank's; {@code running = (1 - momentum) running + momentum batch}, with the unbiased variance, is emitted as a buffer
 * update. In evaluation the running values are used.
 *
 * <p>State: {@code weight} [C] ones, {@code bias} [C] zeros, {@code running_mean} [C] zeros, {@code running_var} [C]
 * ones, {@code num_batches_tracked} I64 zero.
 */
public abstract sealed class BatchNorm extends Layer permits BatchNorm1d, BatchNorm2d, BatchNorm3d {
    private final Config config;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor runningMean;
    private final Tensor runningVar;
    private final Tensor batchesTracked;

    /**
     * The options.
     *
     * @param features number of channels C
     * @param eps added to the variance
     * @param momentum how much of the batch goes into the running values
     */
    public record Config(int features, double eps, double momentum) {
        /** Checks the number of channels. */
        public Config {
            Checks.atLeast("BatchNorm", "features", features, 1);
        }

        /** {@return these options with another eps} */
        public Config eps(double small) {
            return new Config(features, small, momentum);
        }

        /** {@return these options with another momentum} */
        public Config momentum(double share) {
            return new Config(features, eps, share);
        }
    }

    BatchNorm(int features, UnaryOperator<Config> options) {
        this.config = options.apply(new Config(features, 1e-5, 0.1));
        Shape channels = Shape.of(config.features());
        this.weight = param("weight", Init.ones_(Init.empty(channels)));
        this.bias = param("bias", Init.zeros_(Init.empty(channels)));
        this.runningMean = buffer("running_mean", Init.zeros_(Init.empty(channels)));
        this.runningVar = buffer("running_var", Init.ones_(Init.empty(channels)));
        this.batchesTracked = buffer("num_batches_tracked", Init.zeros_(Tensors.empty(DType.I64)));
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    abstract void checkShape(Shape shape);

    @Override
    public Tensor forward(Tensor x) {
        checkShape(x.shape());
        if (!isTraining()) {
            return x.batchNorm(new BatchStatistics(runningMean, runningVar), weight, bias, config.eps());
        }
        long count = x.numel() / config.features();
        if (count == 1) {
            throw new IllegalArgumentException(typeName() + ": training needs more than one value a channel, got "
                    + x.shape() + "; use larger batches, fewer virtual ranks, or drop the last batch");
        }
        BatchNormResult result = x.batchNorm(weight, bias, config.eps());
        if (count > 0) {
            emit(result.statistics(), count);
        }
        return result.output();
    }

    private void emit(BatchStatistics batch, long count) {
        try (var _ = GradMode.noGrad()) {
            Tensor unbiased = batch.variance().mul((double) count / (count - 1));
            BufferUpdates.emit(runningMean, blend(runningMean, batch.mean()));
            BufferUpdates.emit(runningVar, blend(runningVar, unbiased));
            BufferUpdates.emit(
                    batchesTracked, BufferUpdates.current(batchesTracked).add(1L));
        }
    }

    private Tensor blend(Tensor running, Tensor batch) {
        Tensor kept = BufferUpdates.current(running).mul(1 - config.momentum());
        return kept.add(batch.mul(config.momentum()));
    }

    @Override
    protected String description() {
        return config.features() + ", eps=" + Checks.number(config.eps()) + ", momentum="
                + Checks.number(config.momentum()) + ", affine=True, track_running_stats=True";
    }
}
