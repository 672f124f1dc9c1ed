package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Normalization.BatchNorm;
import dev.lockstep.backend.op.Normalization.BatchNormGrad;
import dev.lockstep.backend.op.Normalization.BatchStatistics;
import dev.lockstep.backend.op.Normalization.LayerNorm;
import dev.lockstep.backend.op.Normalization.LayerNormGrad;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction.Reduce;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of normalisations: one fused op each, from the saved mean and 1 / standard deviation. While the
 * gradient is recorded, a chain of ops from x itself, since mean and deviation depend on it.
 */
final class NormalizationGradients {
    private static final long X_AND_WEIGHT = 0b011;
    private static final long LAYER_MEAN_AND_RSTD = 0b110;
    private static final long BATCH_MEAN_AND_RSTD = 0b1010;

    private NormalizationGradients() {}

    static Rule rule(Normalization op) {
        return switch (op) {
            case LayerNorm norm -> new Rule(X_AND_WEIGHT, LAYER_MEAN_AND_RSTD, 1, d -> layerNorm(d, norm));
            case BatchNorm norm -> new Rule(X_AND_WEIGHT, BATCH_MEAN_AND_RSTD, 1, d -> batchNorm(d, norm));
            case LayerNormGrad gradient -> Rule.unsupported();
            case BatchStatistics statistics -> Rule.unsupported();
            case BatchNormGrad gradient -> Rule.unsupported();
        };
    }

    private static @Nullable Value[] layerNorm(Derivation d, LayerNorm op) {
        if (!d.isRecording()) {
            LayerNormGrad gradient = new LayerNormGrad(op.axes());
            return d.runAll(gradient, d.gradient(), d.input(0), d.input(1), d.output(1), d.output(2));
        }
        int rank = d.inputShape(0).rank();
        Axes folded = Axes.of(IntStream.range(rank - op.axes(), rank).toArray());
        return chain(d, folded, op.eps(), d.input(1));
    }

    private static @Nullable Value[] batchNorm(Derivation d, BatchNorm op) {
        if (!d.isRecording()) {
            return d.runAll(new BatchNormGrad(), d.gradient(), d.input(0), d.input(1), d.output(1), d.output(3));
        }
        int rank = d.inputShape(0).rank();
        long[] channel = new long[rank - 1];
        Arrays.fill(channel, 1);
        channel[0] = d.inputShape(0).size(1);
        Axes folded = Axes.of(IntStream.range(0, rank).filter(axis -> axis != 1).toArray());
        return chain(d, folded, op.eps(), d.reshape(d.input(1), Shape.of(channel)));
    }

    /** {@code dx = r (h - mean(h) - n mean(h n))} with h = g weight, n the normal numbers and r = 1 / deviation. */
    private static @Nullable Value[] chain(Derivation d, Axes folded, double eps, Value weight) {
        Value g = d.gradient();
        Value centred = d.sub(d.input(0), mean(d, d.input(0), folded));
        Value variance = mean(d, d.unary(UnaryKind.SQUARE, centred), folded);
        Value rstd = d.unary(UnaryKind.RSQRT, d.add(variance, eps));
        Value normal = d.mul(centred, rstd);
        Value h = d.mul(g, weight);
        Value rest = d.sub(d.sub(h, mean(d, h, folded)), d.mul(normal, mean(d, d.mul(h, normal), folded)));
        Value ofWeight = d.reshape(d.sumTo(d.mul(g, normal), weight.shape()), d.inputShape(1));
        Value ofBias = d.reshape(d.sumTo(g, weight.shape()), d.inputShape(2));
        return new @Nullable Value[] {d.mul(rest, rstd), ofWeight, ofBias};
    }

    private static Value mean(Derivation d, Value x, Axes axes) {
        return d.run(new Reduce(ReduceKind.MEAN, axes, true), x);
    }
}
