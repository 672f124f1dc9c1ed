package dev.lockstep.tensor;

import dev.lockstep.layout.DType;

/**
 * Connectionist temporal classification (Graves et al. 2006): the forward recursion over the targets with blanks
 * between them, in logarithms, as a chain of ops, so that the gradient comes with it. What cannot be has a large
 * negative logarithm instead of an infinite one, whose gradient would not be a number.
 */
final class CtcOps {
    private static final double IMPOSSIBLE = -1e30;

    /** From here on a loss counts as infinite. */
    private static final double INFINITE = 1e29;

    private CtcOps() {}

    /** {@code logProbabilities} [T, N, C], {@code targets} [N, S], both lengths [N]. */
    static Tensor loss(
            Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths, CtcOptions options) {
        check(logProbabilities, targets, inputLengths, targetLengths);
        long batch = targets.size(0);
        long states = 2 * targets.size(1) + 1;
        Tensor labels = Tensors.full(options.blank(), DType.I64, batch, states);
        labels = labels.scatter(1, odd(batch, targets.size(1)), targets.to(DType.I64)); // blank t1 blank t2 ...
        Tensor skips = skips(labels, options.blank());
        Tensor alpha = start(logProbabilities, labels);
        Tensor lengths = inputLengths.to(DType.I64).unsqueeze(1);
        for (int t = 1; t < logProbabilities.size(0); t++) {
            Tensor next = step(alpha, skips).add(logProbabilities.select(0, t).gather(1, labels));
            alpha = Tensors.where(lengths.gt(t), next, alpha);
        }
        return joined(end(alpha, targetLengths.to(DType.I64)), targetLengths, options);
    }

    private static void check(Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        boolean fits = logProbabilities.rank() == 3
                && targets.rank() == 2
                && targets.size(0) == logProbabilities.size(1)
                && inputLengths.numel() == targets.size(0)
                && targetLengths.numel() == targets.size(0);
        if (!fits) {
            throw Engine.wrong("ctcLoss: needs [T, N, C], targets [N, S] and lengths [N], got "
                    + logProbabilities.shape() + ", " + targets.shape() + ", " + inputLengths.shape() + " and "
                    + targetLengths.shape());
        }
    }

    private static Tensor odd(long batch, long count) {
        return Tensors.arange(1, 2 * count, 2).expand(batch, count);
    }

    /** Zero where a state may be reached from the one two before: a label unlike the last; impossible elsewhere. */
    private static Tensor skips(Tensor labels, int blank) {
        Tensor same = labels.eq(labels.roll(2, 1)).logicalOr(labels.eq(blank));
        Tensor first = Tensors.arange(labels.size(1)).lt(2);
        return Tensors.where(same.logicalOr(first), Tensors.full(IMPOSSIBLE, DType.F64), Tensors.full(0, DType.F64));
    }

    private static Tensor start(Tensor logProbabilities, Tensor labels) {
        Tensor first = logProbabilities.select(0, 0).gather(1, labels);
        Tensor possible = Tensors.arange(labels.size(1)).lt(2);
        return Tensors.where(possible, first, Tensors.full(IMPOSSIBLE, first.dtype()));
    }

    private static Tensor step(Tensor alpha, Tensor skips) {
        Tensor[] ways = {alpha, shifted(alpha, 1), shifted(alpha, 2).add(skips.to(alpha.dtype()))};
        return Tensors.stack(0, ways).logSumExp(0);
    }

    private static Tensor shifted(Tensor alpha, long by) {
        return Functional.pad(alpha, PadMode.CONSTANT, IMPOSSIBLE, by, -by);
    }

    /** Ends in the last label or the blank behind it. */
    private static Tensor end(Tensor alpha, Tensor targetLengths) {
        Tensor last = targetLengths.mul(2L).unsqueeze(1);
        Tensor blank = alpha.gather(1, last);
        Tensor label = alpha.gather(1, last.sub(1L).clamp(0, Double.MAX_VALUE));
        Tensor none = targetLengths.eq(0).unsqueeze(1);
        Tensor possible = Tensors.where(none, Tensors.full(IMPOSSIBLE, alpha.dtype()), label);
        return Tensors.cat(1, blank, possible).logSumExp(1).neg();
    }

    private static Tensor joined(Tensor losses, Tensor targetLengths, CtcOptions options) {
        double impossible = options.zeroInfinity() ? 0 : Double.POSITIVE_INFINITY;
        Tensor met = losses.maskedFill(losses.gt(INFINITE), impossible);
        return options.reduction() == LossReduction.MEAN
                ? met.div(targetLengths.to(losses.dtype()).clampMin(1)).mean()
                : options.reduction().apply(met);
    }
}
