package dev.lockstep.tensor;

/**
 * Activations that are chains of other ops. Where torch's gradient vanishes on an edge, the edge is on the constant
 * side of a choice.
 */
final class ActivationOps {
    private static final double SELU_ALPHA = 1.6732632423543772;
    private static final double SELU_SCALE = 1.0507009873554805;

    private ActivationOps() {}

    static Tensor leakyRelu(Tensor x, double slope) {
        return Tensors.where(x.gt(0), x, x.mul(slope));
    }

    static Tensor elu(Tensor x, double alpha) {
        return Tensors.where(x.gt(0), x, x.clampMax(0).expm1().mul(alpha));
    }

    static Tensor selu(Tensor x) {
        return elu(x, SELU_ALPHA).mul(SELU_SCALE);
    }

    static Tensor celu(Tensor x, double alpha) {
        return Tensors.where(x.gt(0), x, x.clampMax(0).div(alpha).expm1().mul(alpha));
    }

    static Tensor softplus(Tensor x, double beta, double threshold) {
        Tensor real = ElementwiseOps.floating(x);
        Tensor scaled = beta == 1 ? real : real.mul(beta);
        Tensor soft = scaled.clampMax(threshold).exp().log1p();
        return Tensors.where(scaled.gt(threshold), real, beta == 1 ? soft : soft.div(beta));
    }

    static Tensor hardtanh(Tensor x, double min, double max) {
        return Tensors.where(x.le(min), constant(x, min), Tensors.where(x.ge(max), constant(x, max), x));
    }

    static Tensor hardsigmoid(Tensor x) {
        Tensor line = x.add(3.0).div(6);
        return Tensors.where(x.le(-3), constant(line, 0), Tensors.where(x.ge(3), constant(line, 1), line));
    }

    static Tensor hardswish(Tensor x) {
        return Tensors.where(
                x.le(-3),
                x.mul(0.0),
                Tensors.where(x.ge(3), x, x.mul(x.add(3.0)).div(6)));
    }

    static Tensor mish(Tensor x) {
        return x.mul(softplus(x, 1, 20).tanh());
    }

    /** {@code min(x, 0) - log(1 + e^-|x|)}. */
    static Tensor logSigmoid(Tensor x) {
        return x.clampMax(0).sub(x.abs().neg().exp().log1p());
    }

    static Tensor softsign(Tensor x) {
        return x.div(x.abs().add(1.0));
    }

    static Tensor softshrink(Tensor x, double lambda) {
        Tensor above = Tensors.where(x.gt(lambda), x.sub(lambda), x.mul(0.0));
        return Tensors.where(x.lt(-lambda), x.add(lambda), above);
    }

    static Tensor hardshrink(Tensor x, double lambda) {
        Tensor inside = x.ge(-lambda).logicalAnd(x.le(lambda));
        return Tensors.where(inside, constant(x, 0), x);
    }

    static Tensor threshold(Tensor x, double threshold, double value) {
        return Tensors.where(x.le(threshold), constant(x, value), x);
    }

    static Tensor glu(Tensor x, int axis) {
        if (x.size(axis) % 2 != 0) {
            throw Engine.wrong("glu: axis " + axis + " of " + x.shape() + " cannot be halved");
        }
        long half = x.size(axis) / 2;
        return x.narrow(axis, 0, half).mul(x.narrow(axis, half, half).sigmoid());
    }

    private static Tensor constant(Tensor x, double number) {
        return Tensors.full(number, x.dtype());
    }
}
