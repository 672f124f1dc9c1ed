package dev.lockstep.tensor;

import dev.lockstep.backend.op.Loss;
import dev.lockstep.layout.DType;
import java.util.stream.IntStream;

/** Losses made of several ops. */
final class LossOps {
    private LossOps() {}

    static Tensor crossEntropy(Tensor logits, Tensor target, CrossEntropyOptions options) {
        if (logits.rank() < 1 || target.rank() != logits.rank() - 1) {
            throw Engine.wrong("crossEntropy: logits [N, C, ...] and target [N, ...] expected, got " + logits.shape()
                    + " and " + target.shape());
        }
        Tensor rows = rows(logits);
        Tensor targets = target.to(DType.I64).flatten();
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

    static Tensor nll(Tensor logProbabilities, Tensor target) {
        Tensor picked = logProbabilities.gather(1, target.unsqueeze(1)).squeeze(1);
        return picked.neg().mean();
    }

    static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor target) {
        Tensor positive = logits.relu();
        Tensor tail = logits.abs().neg().exp().add(1.0).log();
        return positive.sub(logits.mul(target)).add(tail).mean();
    }
}
