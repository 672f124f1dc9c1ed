package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Normalises over the last axes: {@code (x - mean) / sqrt(var + eps) * weight + bias} with the biased variance (Ba,
 * Kiros and Hinton 2016). State: {@code weight} ones and {@code bias} zeros, of the shape of those axes.
 */
public final class LayerNorm extends Layer {
    private final Config config;
    private final Tensor weight;
    private final Tensor bias;

    /**
     * The options.
     *
     * @param shape sizes of the last axes
     * @param eps added to the variance
     */
    public record Config(Shape shape, double eps) {
        /** {@return these options with another eps} */
        public Config eps(double small) {
            return new Config(shape, small);
        }
    }

    /** Makes a layer over the last axis. */
    public LayerNorm(long size) {
        this(Shape.of(size), UnaryOperator.identity());
    }

    /** Makes a layer over the last axes, of the given sizes, with options. */
    public LayerNorm(Shape shape, UnaryOperator<Config> options) {
        this.config = options.apply(new Config(shape, 1e-5));
        this.weight = param("weight", Init.ones_(Init.empty(config.shape())));
        this.bias = param("bias", Init.zeros_(Init.empty(config.shape())));
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.layerNorm(weight, bias, config.eps());
    }

    @Override
    protected String description() {
        String sizes =
                Arrays.stream(config.shape().toArray()).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String comma = config.shape().rank() == 1 ? "," : "";
        return "(" + sizes + comma + "), eps=" + Checks.number(config.eps()) + ", elementwise_affine=True";
    }
}
