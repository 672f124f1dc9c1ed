package dev.lockstep.tensor;

import java.util.function.UnaryOperator;

/** The losses of torch.nn.functional beyond those in {@link Tensors}, and those of detection. */
public final class Losses {
    private Losses() {}

    /** Gives the squared differences. */
    public static Tensor mseLoss(Tensor prediction, Tensor target, LossReduction reduction) {
        return reduction.apply(prediction.sub(target).square());
    }

    /** Gives the absolute differences. */
    public static Tensor l1Loss(Tensor prediction, Tensor target, LossReduction reduction) {
        return reduction.apply(prediction.sub(target).abs());
    }

    /** Gives {@code d^2 / (2 beta)} for differences below beta, else {@code |d| - beta / 2}. */
    public static Tensor smoothL1Loss(Tensor prediction, Tensor target, double beta, LossReduction reduction) {
        Tensor distance = prediction.sub(target).abs();
        if (beta == 0) {
            return reduction.apply(distance);
        }
        Tensor near = distance.square().mul(0.5 / beta);
        return reduction.apply(Tensors.where(distance.lt(beta), near, distance.sub(0.5 * beta)));
    }

    /** Gives {@code d^2 / 2} for differences up to delta, else {@code delta (|d| - delta / 2)} (Huber 1964). */
    public static Tensor huberLoss(Tensor prediction, Tensor target, double delta, LossReduction reduction) {
        Tensor distance = prediction.sub(target).abs();
        Tensor far = distance.sub(0.5 * delta).mul(delta);
        return reduction.apply(
                Tensors.where(distance.le(delta), distance.square().mul(0.5), far));
    }

    /**
     * Gives the negative log-probability [N, C, ...] of class indexes [N, ...]; weights and the ignored index count.
     */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor target, UnaryOperator<CrossEntropyOptions> options) {
        return LossOps.nll(logProbabilities, target, options.apply(CrossEntropyOptions.DEFAULT));
    }

    /** Gives the binary cross-entropy of probabilities; logarithms are at least -100. */
    public static Tensor binaryCrossEntropy(
            Tensor probabilities, Tensor target, UnaryOperator<BinaryCrossEntropyOptions> options) {
        return LossOps.binaryCrossEntropy(probabilities, target, options.apply(BinaryCrossEntropyOptions.DEFAULT));
    }

    /** Gives the binary cross-entropy of logits. */
    public static Tensor binaryCrossEntropyWithLogits(
            Tensor logits, Tensor target, UnaryOperator<BinaryCrossEntropyOptions> options) {
        return LossOps.binaryCrossEntropyWithLogits(logits, target, options.apply(BinaryCrossEntropyOptions.DEFAULT));
    }

    /**
     * Gives the divergence {@code t (log t - x)} of log-probabilities x from t. The mean is over all elements; the true
     * divergence of a batch is the sum divided by its size, torch's 'batchmean'.
     *
     * @param logTarget whether the target is given as logarithms
     */
    public static Tensor klDiv(Tensor input, Tensor target, boolean logTarget, LossReduction reduction) {
        if (logTarget) {
            return reduction.apply(target.exp().mul(target.sub(input)));
        }
        Tensor isZero = target.eq(0);
        Tensor entropy = target.mul(target.maskedFill(isZero, 1).log());
        return reduction.apply(entropy.sub(target.mul(input)));
    }

    /** Gives {@code 1 - cos} of pairs [N, D] where the target is 1, {@code max(0, cos - margin)} where it is -1. */
    public static Tensor cosineEmbeddingLoss(
            Tensor a, Tensor b, Tensor target, double margin, LossReduction reduction) {
        Tensor squares = a.square().sum(-1).add(1e-12).mul(b.square().sum(-1).add(1e-12));
        Tensor cosine = a.mul(b).sum(-1).div(squares.sqrt());
        Tensor apart = cosine.sub(margin).clampMin(0);
        Tensor together = cosine.rsub(1.0);
        Tensor zero = Tensors.full(0, cosine.dtype());
        Tensor losses = Tensors.where(target.eq(1), together, zero).add(Tensors.where(target.eq(-1), apart, zero));
        return reduction.apply(losses);
    }

    /** Gives {@code max(0, |a - p| - |a - n| + margin)} of triples [N, D] (Balntas et al. 2016). */
    public static Tensor tripletMarginLoss(
            Tensor anchor, Tensor positive, Tensor negative, UnaryOperator<TripletOptions> options) {
        TripletOptions o = options.apply(TripletOptions.DEFAULT);
        Tensor near = Functional.pairwiseDistance(anchor, positive, o.p(), o.eps());
        Tensor far = Functional.pairwiseDistance(anchor, negative, o.p(), o.eps());
        return o.reduction().apply(near.sub(far).add(o.margin()).clampMin(0));
    }

    /** Gives x where the target is 1, {@code max(0, margin - x)} where it is -1. */
    public static Tensor hingeEmbeddingLoss(Tensor x, Tensor target, double margin, LossReduction reduction) {
        Tensor zero = Tensors.full(0, x.dtype());
        Tensor apart = Tensors.where(target.eq(1), zero, x.rsub(margin).clampMin(0));
        return reduction.apply(apart.add(Tensors.where(target.eq(-1), zero, x)));
    }

    /**
     * Gives the CTC loss of log-probabilities [T, N, C] against targets [N, S] (Graves et al. 2006).
     *
     * @param inputLengths how many steps of each sequence count, [N]
     * @param targetLengths how many of each target's labels count, [N]
     */
    public static Tensor ctcLoss(
            Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths, CtcOptions options) {
        return CtcOps.loss(logProbabilities, targets, inputLengths, targetLengths, options);
    }

    /**
     * Gives {@code alpha_t (1 - p_t)^gamma} times the binary cross-entropy of logits (Lin et al. 2017).
     *
     * @param alpha the weight of the positive class; below 0 for none
     */
    public static Tensor sigmoidFocalLoss(
            Tensor logits, Tensor target, double alpha, double gamma, LossReduction reduction) {
        Tensor entropy = binaryCrossEntropyWithLogits(logits, target, o -> o.reduction(LossReduction.NONE));
        Tensor p = logits.sigmoid();
        Tensor right = p.mul(target).add(p.rsub(1.0).mul(target.rsub(1.0)));
        Tensor losses = entropy.mul(right.rsub(1.0).pow(gamma));
        if (alpha >= 0) {
            losses = losses.mul(target.mul(alpha).add(target.rsub(1.0).mul(1 - alpha)));
        }
        return reduction.apply(losses);
    }

    /**
     * Gives one minus the generalised intersection over union of boxes [..., 4] as x1 y1 x2 y2 (Rezatofighi et al.
     * 2019).
     */
    public static Tensor giouLoss(Tensor boxes, Tensor target, double eps, LossReduction reduction) {
        Tensor inner = side(boxes, target, false, true).mul(side(boxes, target, false, false));
        Tensor union = area(boxes).add(area(target)).sub(inner);
        Tensor hull = side(boxes, target, true, true).mul(side(boxes, target, true, false));
        Tensor overlap = inner.div(union.add(eps));
        return reduction.apply(overlap.sub(hull.sub(union).div(hull.add(eps))).rsub(1.0));
    }

    private static Tensor area(Tensor boxes) {
        return boxes.select(-1, 2)
                .sub(boxes.select(-1, 0))
                .mul(boxes.select(-1, 3).sub(boxes.select(-1, 1)));
    }

    /** The width or height of two boxes' intersection, or of the smallest box around both. */
    private static Tensor side(Tensor a, Tensor b, boolean around, boolean horizontal) {
        int low = horizontal ? 0 : 1;
        Tensor lowA = a.select(-1, low);
        Tensor lowB = b.select(-1, low);
        Tensor highA = a.select(-1, low + 2);
        Tensor highB = b.select(-1, low + 2);
        return around
                ? highA.maximum(highB).sub(lowA.minimum(lowB))
                : highA.minimum(highB).sub(lowA.maximum(lowB)).clampMin(0);
    }

    /**
     * Gives one minus the Dice coefficient of probabilities [N, ...] and targets: {@code 1 - (2 p t + s) / (p + t +
     * s)}.
     */
    public static Tensor diceLoss(Tensor probabilities, Tensor target, double smooth, LossReduction reduction) {
        Tensor p = probabilities.flatten(1);
        Tensor t = target.to(probabilities.dtype()).flatten(1);
        Tensor both = p.mul(t).sum(1).mul(2.0).add(smooth);
        return reduction.apply(both.div(p.sum(1).add(t.sum(1)).add(smooth)).rsub(1.0));
    }
}
