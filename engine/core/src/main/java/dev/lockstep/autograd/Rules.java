package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.Update;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the gradient rule of an op: one class a group, each an exhaustive switch, so that an op without rule does not
 * compile.
 */
final class Rules {
    private Rules() {}

    static Rule of(Op op) {
        return switch (op) {
            case Elementwise group -> ElementwiseGradients.rule(group);
            case Reduction group -> ReductionGradients.rule(group);
            case Shaping group -> ShapingGradients.rule(group);
            case Contraction group -> ContractionGradients.rule(group);
            case Convolution group -> ConvolutionGradients.rule(group);
            case Normalization group -> NormalizationGradients.rule(group);
            case Indexing group -> IndexingGradients.rule(group);
            case Sampling group -> SamplingGradients.rule(group);
            case Loss group -> LossGradients.rule(group);
            case CustomOp custom -> custom(custom);
            case Creation none -> Rule.NONE;
            case Update none -> Rule.NONE;
            case Fused none -> Rule.NONE;
            case Recurrence gradient -> Rule.unsupported(); // Run inside a custom op, which knows the gradient.
        };
    }

    /** Saves all inputs and outputs of a user's op and asks it. */
    private static Rule custom(CustomOp op) {
        return new Rule(-1, -1, Integer.MAX_VALUE, d -> {
            List<Value> inputs = new ArrayList<>();
            for (int i = 0; i < d.inputCount(); i++) {
                inputs.add(d.input(i));
            }
            List<Value> outputs = new ArrayList<>();
            List<Value> given = new ArrayList<>(inputs);
            @Nullable Value[] gradients = new Value[d.outputCount()];
            for (int i = 0; i < d.outputCount(); i++) {
                outputs.add(d.output(i));
                Value gradient = d.gradient(i);
                gradients[i] = gradient;
                if (gradient != null) {
                    given.add(gradient);
                }
            }
            given.addAll(outputs);
            return d.adoptAll(op.backward(d.backend(), inputs, outputs, gradients), given);
        });
    }
}
