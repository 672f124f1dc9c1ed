package dev.lockstep.distributions;

import dev.lockstep.tensor.Tensor;

/** Laplace's distribution: exponential to both sides. */
public final class Laplace extends LocationScale {
    /**
     * Makes distributions around middles.
     *
     * @throws IllegalArgumentException if a scale is not positive
     */
    public Laplace(Tensor loc, Tensor scale) {
        super("Laplace", loc, scale);
    }

    @Override
    Tensor draw(long... sizes) {
        Tensor u = uniform(sizes);
        Tensor side = u.sub(0.5).sign();
        Tensor tail = u.sub(0.5).abs().mul(2.0); // In [0, 1].
        return loc.sub(scale.mul(side).mul(tail.clampMax(1 - 1e-7).neg().log1p()));
    }

    @Override
    Tensor density(Tensor value) {
        return value.sub(loc).abs().div(scale).add(scale.mul(2.0).log()).neg();
    }

    @Override
    public Tensor entropy() {
        return scale.mul(2.0).log().add(1.0);
    }

    @Override
    public Tensor variance() {
        return scale.square().mul(2.0);
    }

    @Override
    Tensor divergenceTo(Distribution other) {
        Laplace q = (Laplace) other;
        Tensor ratio = scale.div(q.scale);
        Tensor distance = loc.sub(q.loc).abs();
        Tensor near = ratio.mul(distance.div(scale).neg().exp());
        return distance.div(q.scale).sub(ratio.log()).add(near).sub(1.0);
    }
}
