package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Applies an affine map to the last axis: {@code y = x W^T + b}, [..., in] to [..., out]. State: {@code weight} [out,
 * in], {@code bias} [out], both drawn from U(-1/sqrt(in), 1/sqrt(in)).
 */
public final class Linear extends Layer {
    private final Config config;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /**
     * The options.
     *
     * @param inFeatures size of the last axis that goes in
     * @param outFeatures size of the last axis that comes out
     * @param bias whether b is added
     */
    public record Config(int inFeatures, int outFeatures, boolean bias) {
        /** Checks the sizes. */
        public Config {
            Checks.atLeast("Linear", "inFeatures", inFeatures, 1);
            Checks.atLeast("Linear", "outFeatures", outFeatures, 1);
        }

        /** {@return these options with another choice of bias} */
        public Config bias(boolean wanted) {
            return new Config(inFeatures, outFeatures, wanted);
        }
    }

    /** Makes a layer with a bias. */
    public Linear(int inFeatures, int outFeatures) {
        this(inFeatures, outFeatures, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public Linear(int inFeatures, int outFeatures, UnaryOperator<Config> options) {
        this.config = options.apply(new Config(inFeatures, outFeatures, true));
        this.weight = param("weight", Init.linearWeight(Shape.of(config.outFeatures(), config.inFeatures())));
        this.bias = config.bias()
                ? param("bias", Init.linearBias(Shape.of(config.outFeatures()), config.inFeatures()))
                : null;
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    /** {@return the weight, [out, in]} */
    public Tensor weight() {
        return weight;
    }

    /** {@return the bias, [out]; null if there is none} */
    public @Nullable Tensor bias() {
        return bias;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.linear(weight, bias);
    }

    @Override
    protected String description() {
        return "in_features=" + config.inFeatures() + ", out_features=" + config.outFeatures() + ", bias="
                + Checks.python(config.bias());
    }
}
