package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Applies the Gaussian error linear unit, element by element: {@code x (1 + erf(x / sqrt 2)) / 2}, or its tanh form
 * (Hendrycks and Gimpel 2016).
 */
public final class GELU extends Layer {
    private final Config config;

    /**
     * The options.
     *
     * @param tanh whether the tanh form is taken
     */
    public record Config(boolean tanh) {
        /** {@return these options with another choice of the form} */
        public Config tanh(boolean wanted) {
            return new Config(wanted);
        }
    }

    /** Makes the exact form. */
    public GELU() {
        this(UnaryOperator.identity());
    }

    /** Makes the layer with options. */
    public GELU(UnaryOperator<Config> options) {
        this.config = options.apply(new Config(false));
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    @Override
    public Tensor forward(Tensor x) {
        return config.tanh() ? x.geluTanh() : x.gelu();
    }

    @Override
    protected String description() {
        return "approximate='" + (config.tanh() ? "tanh" : "none") + "'";
    }
}
