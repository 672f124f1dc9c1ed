package dev.lockstep.distributions;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Tensor;

/** Between probabilities and logarithms. */
final class Probabilities {
    private static final double SINGLE_EPSILON = 0x1p-23;
    private static final double DOUBLE_EPSILON = 0x1p-52;

    private Probabilities() {}

    /** Keeps probabilities off 0 and 1, as torch does, so that logarithms are finite. */
    static Tensor clamped(Tensor probs) {
        double epsilon = probs.dtype() == DType.F64 ? DOUBLE_EPSILON : SINGLE_EPSILON;
        return probs.clamp(epsilon, 1 - epsilon);
    }

    static Tensor logits(Tensor probs) {
        Tensor inside = clamped(probs);
        return inside.log().sub(inside.neg().log1p());
    }

    /** {@code log(1 + e^x)} for any x: {@code max(x, 0) + log(1 + e^-|x|)}. */
    static Tensor softplus(Tensor x) {
        return x.relu().add(x.abs().neg().exp().log1p());
    }
}
