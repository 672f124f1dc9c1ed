package dev.lockstep.tensor;

import dev.lockstep.backend.op.Loss;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Losses made of several ops. */
final class LossOps {
    private LossOps() {}

    static Tensor crossEntropy(Tensor logits, Tensor target, CrossEntropyOptions options) {
        if (target.dtype().isFloating() && target.shape().equals(logits.shape()) && logits.rank() > 0) {
            return ofProbabilities(logits, target, options);
        }
        if (logits.rank() < 1 || target.rank() != logits.rank() - 1) {
            throw Engine.wrong("crossEntropy: logits [N, C, ...] and target [N, ...] expected, got " + logits.shape()
                    + " and " + target.shape());
        }
        Tensor rows = rows(logits);
        Tensor targets = target.to(DType.I64).flatten();
        @Nullable Tensor weight = options.weight();
        if (weight != null) {
            return weighted(rows.logSoftmax(1), targets, target.shape(), options);
        }
        Tensor losses = rowLosses(rows, targets, options);
        return switch (options.reduction()) {
            case NONE -> losses.reshape(target.shape());
            case SUM -> losses.sum();
            case MEAN -> losses.sum().div(counted(targets, options).to(losses.dtype()));
        };
    }

    private static Tensor counted(Tensor targets, CrossEntropyOptions options) {
        return targets.ne(options.ignoreIndex()).sum();
    }

    /** Moves the classes to the last axis and merges the others: [N, C, d...] to [N * d..., C]. */
    private static Tensor rows(Tensor logits) {
        if (logits.rank() <= 2) {
            return logits.rank() == 1 ? logits.unsqueeze(0) : logits;
        }
        int[] order = IntStream.range(0, logits.rank())
                .map(i -> i == 0 ? 0 : i == logits.rank() - 1 ? 1 : i + 1)
                .toArray();
        return logits.permute(order).reshape(-1, logits.size(1));
    }

    private static Tensor rowLosses(Tensor rows, Tensor targets, CrossEntropyOptions options) {
        Loss op = new Loss.CrossEntropy(options.ignoreIndex(), options.labelSmoothing());
        if (Engine.supports(rows.device(), op)) {
            Tensor[] outputs = Engine.runAll(op, rows, targets);
            outputs[1].close();
            return outputs[0];
        }
        Tensor logProbabilities = rows.logSoftmax(1);
        Tensor ignored = targets.eq(options.ignoreIndex());
        Tensor safe = targets.maskedFill(ignored, 0);
        Tensor nll = logProbabilities.gather(1, safe.unsqueeze(1)).squeeze(1).neg();
        Tensor smooth = logProbabilities.mean(1).neg().mul(options.labelSmoothing());
        return nll.mul(1 - options.labelSmoothing()).add(smooth).maskedFill(ignored, 0);
    }

    /**
     * The negative log-probability of the targets, each times its class' weight; with smoothing its share is the mean
     * over all classes. The mean divides by the sum of the targets' weights.
     */
    private static Tensor weighted(Tensor logProbabilities, Tensor targets, Shape shape, CrossEntropyOptions options) {
        Tensor ignored = targets.eq(options.ignoreIndex());
        Tensor safe = targets.maskedFill(ignored, 0);
        @Nullable Tensor given = options.weight();
        Tensor weight = given == null ? Tensors.ones(logProbabilities.dtype(), logProbabilities.size(1)) : given;
        Tensor ofTargets = weight.indexSelect(0, safe).maskedFill(ignored, 0);
        Tensor picked =
                logProbabilities.gather(1, safe.unsqueeze(1)).squeeze(1).neg().maskedFill(ignored, 0);
        Tensor losses = picked.mul(ofTargets);
        double smoothing = options.labelSmoothing();
        if (smoothing > 0) {
            Tensor spread = logProbabilities.mul(weight).sum(1).neg().maskedFill(ignored, 0);
            losses = losses.mul(1 - smoothing).add(spread.mul(smoothing / logProbabilities.size(1)));
        }
        return switch (options.reduction()) {
            case NONE -> losses.reshape(shape);
            case SUM -> losses.sum();
            case MEAN -> losses.sum().div(ofTargets.sum());
        };
    }

    /** Targets that are probabilities of all classes: {@code -sum over c of w_c t_c logSoftmax(x)_c}. */
    private static Tensor ofProbabilities(Tensor logits, Tensor target, CrossEntropyOptions options) {
        int axis = logits.rank() == 1 ? 0 : 1;
        long classes = logits.size(axis);
        double smoothing = options.labelSmoothing();
        Tensor wanted = smoothing == 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
        @Nullable Tensor weight = options.weight();
        Tensor products = logits.logSoftmax(axis).mul(wanted);
        Tensor scaled = weight == null || logits.rank() == 1
                ? (weight == null ? products : products.mul(weight))
                : products.mul(FeatureOps.perChannel(logits, weight));
        Tensor losses = scaled.sum(axis).neg();
        return options.reduction().apply(losses);
    }

    static Tensor nll(Tensor logProbabilities, Tensor target, CrossEntropyOptions options) {
        if (logProbabilities.rank() < 1 || target.rank() != logProbabilities.rank() - 1) {
            throw Engine.wrong("nllLoss: [N, C, ...] and target [N, ...] expected, got " + logProbabilities.shape()
                    + " and " + target.shape());
        }
        CrossEntropyOptions plain = options.labelSmoothing(0);
        return weighted(rows(logProbabilities), target.to(DType.I64).flatten(), target.shape(), plain);
    }

    /** {@code (1 - t) x + (1 + (positive - 1) t) (log(1 + e^-|x|) + max(-x, 0))}. */
    static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor target, BinaryCrossEntropyOptions options) {
        Tensor tail = logits.abs().neg().exp().log1p().add(logits.neg().clampMin(0));
        @Nullable Tensor positive = options.positiveWeight();
        Tensor scaled =
                positive == null ? tail : tail.mul(target.mul(positive.sub(1.0)).add(1.0));
        return options.join(logits.mul(target.rsub(1.0)).add(scaled));
    }

    /** {@code -(t log p + (1 - t) log(1 - p))}, with logarithms of at least -100. */
    static Tensor binaryCrossEntropy(Tensor probabilities, Tensor target, BinaryCrossEntropyOptions options) {
        Tensor yes = target.mul(probabilities.log().clampMin(-100));
        Tensor no = target.rsub(1.0).mul(probabilities.neg().log1p().clampMin(-100));
        return options.join(yes.add(no).neg());
    }
}
