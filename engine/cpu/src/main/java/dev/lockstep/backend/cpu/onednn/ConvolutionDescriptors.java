package dev.lockstep.backend.cpu.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.backend.cpu.onednn.ConvolutionShape.Pass;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Describes one convolution to oneDNN: images channels-last, weights as oneDNN likes them (with plain weights it falls
 * back to its reference code). Lives while a plan is made.
 */
final class ConvolutionDescriptors {
    private static final MethodHandle FORWARD = Dnnl.function(
            "dnnl_convolution_forward_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_LONG);
    private static final MethodHandle INPUT_GRADIENT = Dnnl.function(
            "dnnl_convolution_backward_data_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_LONG,
            JAVA_LONG);
    private static final MethodHandle WEIGHT_GRADIENT = Dnnl.function(
            "dnnl_convolution_backward_weights_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_LONG,
            JAVA_LONG);

    private final Descriptors owned;
    private final Window window;
    private final long engine;
    private final long attributes;
    private final long anyWeights;
    private final long forwardImages;
    private final long forwardWeights;
    final long images;
    final long outputs;
    final long plainWeights;
    final long bias;

    /** Describes the parts; {@code owned} destroys them. */
    ConvolutionDescriptors(Descriptors owned, long engine, ConvolutionShape shape) {
        this.owned = owned;
        this.window = shape.window();
        this.engine = engine;
        this.attributes = owned.attributes();
        DType factors = shape.factors();
        this.images = channelsLast(shape.pass() == Pass.INPUT_GRADIENT ? DType.F32 : factors, shape.images());
        this.outputs = channelsLast(shape.pass() == Pass.FORWARD ? DType.F32 : factors, shape.outputs());
        this.plainWeights = owned.plain(shape.weightDims());
        this.anyWeights = owned.any(shape.pass() == Pass.WEIGHT_GRADIENT ? DType.F32 : factors, shape.weightDims());
        this.forwardImages = channelsLast(factors, shape.images());
        this.forwardWeights = owned.any(factors, shape.weightDims());
        this.bias = shape.hasBias() ? owned.plain(shape.weights().size(0)) : 0;
    }

    private long channelsLast(DType dtype, Shape shape) {
        return owned.strided(dtype, shape.toArray(), Layout.channelsLast(shape).strides());
    }

    /** {@return the primitive descriptor of a direction} */
    long describe(Pass pass) {
        long forward = owned.primitive(Dnnl.create("convolution forward", this::createForward));
        return switch (pass) {
            case FORWARD -> forward;
            case INPUT_GRADIENT ->
                owned.primitive(Dnnl.create(
                        "convolution input gradient", (arena, out) -> createInputGradient(arena, out, forward)));
            case WEIGHT_GRADIENT ->
                owned.primitive(Dnnl.create(
                        "convolution weight gradient", (arena, out) -> createWeightGradient(arena, out, forward)));
        };
    }

    private int createForward(Arena arena, MemorySegment out) throws Throwable {
        return (int) FORWARD.invokeExact(
                out,
                engine,
                Dnnl.FORWARD_TRAINING,
                Dnnl.CONVOLUTION_DIRECT,
                forwardImages,
                forwardWeights,
                bias,
                outputs,
                strides(arena),
                dilation(arena),
                padding(arena),
                padding(arena),
                attributes);
    }

    private int createInputGradient(Arena arena, MemorySegment out, long forward) throws Throwable {
        return (int) INPUT_GRADIENT.invokeExact(
                out,
                engine,
                Dnnl.CONVOLUTION_DIRECT,
                images,
                anyWeights,
                outputs,
                strides(arena),
                dilation(arena),
                padding(arena),
                padding(arena),
                forward,
                attributes);
    }

    private int createWeightGradient(Arena arena, MemorySegment out, long forward) throws Throwable {
        return (int) WEIGHT_GRADIENT.invokeExact(
                out,
                engine,
                Dnnl.CONVOLUTION_DIRECT,
                images,
                anyWeights,
                0L,
                outputs,
                strides(arena),
                dilation(arena),
                padding(arena),
                padding(arena),
                forward,
                attributes);
    }

    /** {@return the primitive descriptor that moves weights from one layout to another} */
    long describeReorder(long from, long to) {
        return owned.reorder(engine, from, to);
    }

    private MemorySegment strides(Arena arena) {
        return arena.allocateFrom(JAVA_LONG, window.strideH(), window.strideW());
    }

    private MemorySegment padding(Arena arena) {
        return arena.allocateFrom(JAVA_LONG, window.padH(), window.padW());
    }

    /** oneDNN counts what is left out between two taps. */
    private MemorySegment dilation(Arena arena) {
        return arena.allocateFrom(JAVA_LONG, window.dilationH() - 1L, window.dilationW() - 1L);
    }
}
