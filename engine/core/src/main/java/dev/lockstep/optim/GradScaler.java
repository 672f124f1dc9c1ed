package dev.lockstep.optim;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.layout.DType;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/**
 * Scales a loss, so that small gradients of f16 values do not vanish, and the gradients back (Micikevicius et al.
 * 2018), as {@code torch.amp.GradScaler}. A step whose gradients are not all finite is left out, and the scale falls;
 * it grows after many steps that were not:
 *
 * <pre>{@code
 * Gradients gradients = scaler.scale(loss).backward();
 * scaler.unscale(gradients);              // only where they are looked at or clipped before the step
 * scaler.step(optimizer, gradients);
 * scaler.update();
 * }</pre>
 *
 * <p>Confined to one thread. bf16 has the range of f32 and needs none of this.
 */
public final class GradScaler {
    private static final String SCALE = "scale";
    private static final String GROWTH_TRACKER = "_growth_tracker";

    private final Config config;
    private final IdentityHashMap<Gradients, Boolean> finiteByGradients = new IdentityHashMap<>();
    private double scale;
    private long stepsSinceChange;

    /**
     * The options.
     *
     * @param initScale what the first loss is multiplied by
     * @param growthFactor what the scale is multiplied by after {@code growthInterval} finite steps in a row
     * @param backoffFactor what it is multiplied by after gradients that are not finite
     * @param growthInterval how many finite steps let it grow
     */
    public record Config(double initScale, double growthFactor, double backoffFactor, long growthInterval) {
        static final Config DEFAULT = new Config(65536, 2, 0.5, 2000);

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if a factor would not grow or not fall, or a number is not positive
         */
        public Config {
            if (!(initScale > 0 && growthFactor > 1 && backoffFactor > 0 && backoffFactor < 1 && growthInterval > 0)) {
                throw new IllegalArgumentException("GradScaler: needs a positive scale and interval, growth above 1 and"
                        + " backoff in (0, 1), got scale " + initScale + ", growth " + growthFactor + ", backoff "
                        + backoffFactor + ", interval " + growthInterval);
            }
        }

        /** {@return these options with another first scale} */
        public Config initScale(double first) {
            return new Config(first, growthFactor, backoffFactor, growthInterval);
        }

        /** {@return these options with another factor of growth} */
        public Config growthFactor(double factor) {
            return new Config(initScale, factor, backoffFactor, growthInterval);
        }

        /** {@return these options with another factor of falling} */
        public Config backoffFactor(double factor) {
            return new Config(initScale, growthFactor, factor, growthInterval);
        }

        /** {@return these options with another interval} */
        public Config growthInterval(long steps) {
            return new Config(initScale, growthFactor, backoffFactor, steps);
        }
    }

    /** Makes a scaler with torch's defaults: 65536, doubled after 2000 finite steps, halved after one that is not. */
    public GradScaler() {
        this(UnaryOperator.identity());
    }

    /** Makes a scaler with options. */
    public GradScaler(UnaryOperator<Config> options) {
        this.config = options.apply(Config.DEFAULT);
        this.scale = config.initScale();
    }

    /** {@return the loss times the scale; to call backward on} */
    public Tensor scale(Tensor loss) {
        return loss.mul(scale);
    }

    /** {@return what losses are multiplied by} */
    public double scale() {
        return scale;
    }

    /**
     * Divides gradients by the scale, in place, so that they can be clipped; {@link #step} does not do it again.
     *
     * @return whether all of them are finite
     * @throws IllegalArgumentException if one is of f16: it would lose what the scale has saved; keep parameters in f32
     * @throws IllegalStateException if they were divided before, since the last {@link #update}
     */
    public boolean unscale(Gradients gradients) {
        if (finiteByGradients.containsKey(gradients)) {
            throw new IllegalStateException(
                    "GradScaler: these gradients were unscaled already since the last update()");
        }
        boolean finite = true;
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("GradScaler.unscale")) {
            for (Tensor gradient : gradients.tensors()) {
                checkDtype(gradient);
                gradient.mul_(1 / scale);
                finite &= gradient.isFinite().all().itemLong() != 0;
            }
        }
        finiteByGradients.put(gradients, finite);
        return finite;
    }

    private static void checkDtype(Tensor gradient) {
        if (gradient.dtype() == DType.F16) {
            throw new IllegalArgumentException("GradScaler: a gradient " + gradient.shape()
                    + " is of f16, where small numbers are lost when they are unscaled; keep the parameters in f32");
        }
    }

    /**
     * Makes the optimizer's step if all gradients are finite, unscaling them unless {@link #unscale} has done it.
     *
     * @return whether the step was made
     */
    public boolean step(Optimizer optimizer, Gradients gradients) {
        Boolean known = finiteByGradients.get(gradients);
        boolean finite = known == null ? unscale(gradients) : known;
        if (finite) {
            optimizer.step(gradients);
        }
        return finite;
    }

    /**
     * Adjusts the scale; to be called once after the steps with one loss's gradients.
     *
     * @throws IllegalStateException if no gradients were unscaled since the last call
     */
    public void update() {
        if (finiteByGradients.isEmpty()) {
            throw new IllegalStateException("GradScaler: update() before any step() or unscale()");
        }
        if (finiteByGradients.containsValue(false)) {
            scale *= config.backoffFactor();
            stepsSinceChange = 0;
        } else if (++stepsSinceChange == config.growthInterval()) {
            scale *= config.growthFactor();
            stepsSinceChange = 0;
        }
        finiteByGradients.clear();
    }

    /** {@return what a run needs to go on: {@code scale} as f64 and {@code _growth_tracker}} */
    public StateDict stateDict() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put(SCALE, Tensors.full(scale, DType.F64));
        state.put(GROWTH_TRACKER, Tensors.tensor(stepsSinceChange).squeeze());
        return new StateDict(state);
    }

    /**
     * Goes on from a state.
     *
     * @throws IllegalArgumentException naming the keys, if they are not those of {@link #stateDict}
     */
    public void load(StateDict state) {
        Map<String, Tensor> saved = state.tensors();
        Tensor savedScale = saved.get(SCALE);
        Tensor savedSteps = saved.get(GROWTH_TRACKER);
        if (savedScale == null || savedSteps == null || saved.size() != 2) {
            throw new IllegalArgumentException(
                    "GradScaler: the state dict has " + saved.keySet() + ", not " + SCALE + " and " + GROWTH_TRACKER);
        }
        scale = savedScale.item();
        stepsSinceChange = savedSteps.itemLong();
    }
}
