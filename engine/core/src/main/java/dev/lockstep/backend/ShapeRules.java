package dev.lockstep.backend;

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
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Says what an op gives for inputs of given layouts and dtypes, or why it refuses them. Pure; the messages are the ones
 * users read. Layouts of views are exact; other layouts are a dense proposal that a backend may replace by another
 * dense one.
 */
public final class ShapeRules {
    private ShapeRules() {}

    /**
     * {@return the outputs of an op}
     *
     * @throws IllegalArgumentException naming the op and the shapes, dtypes or numbers that do not fit
     */
    public static List<ValueSpec> outputs(Op op, List<ValueSpec> specs) {
        return outputs(op, new Inputs(op, specs));
    }

    /** Does the same for inputs that may belong to an op around this one, which refusals name. */
    static List<ValueSpec> outputs(Op op, Inputs in) {
        return switch (op) {
            case Creation creation -> creation(creation, in);
            case Elementwise elementwise -> ElementwiseShapes.outputs(elementwise, in);
            case Reduction reduction -> ReductionShapes.outputs(reduction, in);
            case Shaping shaping -> ShapingShapes.outputs(shaping, in);
            case Contraction contraction -> ContractionShapes.outputs(contraction, in);
            case Convolution convolution -> ConvolutionShapes.outputs(convolution, in);
            case Normalization normalization -> NormalizationShapes.outputs(normalization, in);
            case Recurrence recurrence -> RecurrenceShapes.outputs(recurrence, in);
            case Indexing indexing -> IndexingShapes.outputs(indexing, in);
            case Sampling sampling -> sampling(sampling, in);
            case Loss loss -> LossShapes.outputs(loss, in);
            case Update update -> UpdateShapes.outputs(update, in);
            case Fused fused -> fused(fused, in);
            case CustomOp custom -> throw in.refuse("a custom op knows its outputs only by running");
        };
    }

    /**
     * {@return whether the result of a view op can share the input's memory} Only a reshape may need a copy instead.
     */
    public static boolean sharesMemory(Shaping.View op, Layout input) {
        return !(op instanceof Shaping.Reshape(Shape shape))
                || input.reshape(shape).isPresent();
    }

    private static List<ValueSpec> fused(Fused op, Inputs in) {
        List<ValueSpec> specs = in.specs();
        in.expect(op.inputs());
        DType dtype = in.dtype(0);
        boolean alike = specs.stream().allMatch(spec -> spec.dtype() == dtype);
        if (!alike || !op.fits(specs.stream().map(ValueSpec::layout).toList())) {
            throw in.refuse("needs dense inputs of one dtype that lie alike, and rows that repeat in them");
        }
        ValueSpec whole = Collections.max(
                specs, Comparator.comparingLong(spec -> spec.shape().elements()));
        ValueSpec result = in.like(whole.shape(), whole.dtype()).getFirst();
        return op.outputs().stream().map(output -> result).toList();
    }

    private static List<ValueSpec> creation(Creation op, Inputs in) {
        in.expect(0);
        return switch (op) {
            case Creation.Empty(Shape shape, DType dtype) -> Inputs.contiguous(shape, dtype);
            case Creation.Full(Shape shape, DType dtype, double value) -> Inputs.contiguous(shape, dtype);
            case Creation.Arange(long count, DType dtype, double start, double step) -> {
                if (count < 0) {
                    throw in.refuse("a count of " + count + " is negative");
                }
                yield Inputs.contiguous(Shape.of(count), dtype);
            }
        };
    }

    private static List<ValueSpec> sampling(Sampling op, Inputs in) {
        return switch (op) {
            case Sampling.Uniform uniform -> sample(in, uniform.shape(), uniform.dtype());
            case Sampling.Normal normal -> sample(in, normal.shape(), normal.dtype());
            case Sampling.Dropout dropout -> {
                in.expect(1);
                in.expectFloating();
                if (!(dropout.p() >= 0 && dropout.p() <= 1)) {
                    throw in.refuse("p must be in [0, 1], got " + dropout.p());
                }
                yield in.like(in.shape(0), in.dtype(0));
            }
        };
    }

    private static List<ValueSpec> sample(Inputs in, Shape shape, DType dtype) {
        in.expect(0);
        if (!dtype.isFloating()) {
            throw in.refuse("needs a floating dtype, got " + dtype);
        }
        return Inputs.contiguous(shape, dtype);
    }
}
