package dev.lockstep.autograd;

import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Normalization.BatchNorm;
import dev.lockstep.backend.op.Normalization.BatchNormGrad;
import dev.lockstep.backend.op.Normalization.LayerNorm;
import dev.lockstep.backend.op.Normalization.LayerNormGrad;

/** The gradients of normalisations: one fused op each, from the saved mean and 1 / standard deviation. */
final class NormalizationGradients {
    private static final long X_AND_WEIGHT = 0b011;
    private static final long LAYER_MEAN_AND_RSTD = 0b110;
    private static final long BATCH_MEAN_AND_RSTD = 0b1010;

    private NormalizationGradients() {}

    static Rule rule(Normalization op) {
        return switch (op) {
            case LayerNorm norm ->
                new Rule(
                        X_AND_WEIGHT,
                        LAYER_MEAN_AND_RSTD,
                        1,
                        d -> d.runAll(
                                new LayerNormGrad(norm.axes()),
                                d.gradient(),
                                d.input(0),
                                d.input(1),
                                d.output(1),
                                d.output(2)));
            case BatchNorm norm ->
                new Rule(
                        X_AND_WEIGHT,
                        BATCH_MEAN_AND_RSTD,
                        1,
                        d -> d.runAll(
                                new BatchNormGrad(), d.gradient(), d.input(0), d.input(1), d.output(1), d.output(3)));
            case LayerNormGrad gradient -> Rule.unsupported();
            case BatchNormGrad gradient -> Rule.unsupported();
        };
    }
}
