package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Convolution.AvgPool2d;
import dev.lockstep.backend.op.Convolution.AvgPool2dGrad;
import dev.lockstep.backend.op.Convolution.Conv2d;
import dev.lockstep.backend.op.Convolution.Conv2dInputGrad;
import dev.lockstep.backend.op.Convolution.Conv2dWeightGrad;
import dev.lockstep.backend.op.Convolution.MaxPool2d;
import dev.lockstep.backend.op.Convolution.MaxPool2dGrad;
import dev.lockstep.backend.op.Indexing.Gather;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.Shape;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of convolutions and pooling. A convolution is linear in either operand, so its gradients differentiate
 * in turn.
 */
final class ConvolutionGradients {
    private static final Axes ALL_BUT_CHANNELS = Axes.of(0, 2, 3);

    private ConvolutionGradients() {}

    static Rule rule(Convolution op) {
        return rule(op, UnaryOperator.identity());
    }

    /** The rule of an op whose gradients are of a precision. */
    static Rule rule(Convolution op, UnaryOperator<Op> precision) {
        return switch (op) {
            case Conv2d conv -> Rule.of(3, d -> conv(d, conv, precision));
            case Conv2dInputGrad gradient -> Rule.of(3, d -> inputGrad(d, gradient, precision));
            case Conv2dWeightGrad gradient -> Rule.of(3, d -> weightGrad(d, gradient, precision));
            case MaxPool2d pool -> new Rule(0, 2, 1, d -> new @Nullable Value[] {maxPool(d, pool)});
            case MaxPool2dGrad gradient -> Rule.of(2, d -> new @Nullable Value[] {picked(d), null});
            case AvgPool2d pool ->
                Rule.linear(d -> d.run(new AvgPool2dGrad(pool.window(), d.inputShape(0)), d.gradient()));
            case AvgPool2dGrad gradient -> Rule.linear(d -> d.run(new AvgPool2d(gradient.window()), d.gradient()));
        };
    }

    private static @Nullable Value[] conv(Derivation d, Conv2d op, UnaryOperator<Op> precision) {
        Value g = d.gradient();
        Op toInput = precision.apply(new Conv2dInputGrad(op.window(), op.groups(), d.inputShape(0)));
        Op toWeight = precision.apply(new Conv2dWeightGrad(op.window(), op.groups(), d.inputShape(1)));
        Value x = d.needs(0) ? d.run(toInput, g, d.input(1)) : null;
        Value weight = d.needs(1) ? d.run(toWeight, g, d.input(0)) : null;
        if (!op.hasBias()) {
            return new @Nullable Value[] {x, weight};
        }
        return new @Nullable Value[] {x, weight, d.needs(2) ? d.sum(g, ALL_BUT_CHANNELS, false) : null};
    }

    private static Value maxPool(Derivation d, MaxPool2d op) {
        return d.run(new MaxPool2dGrad(op.window(), d.inputShape(0)), d.gradient(), d.output(1));
    }

    /** Of a gradient placed by index: what lies there. */
    private static Value picked(Derivation d) {
        Shape pooled = d.inputShape(0);
        Shape image = d.gradient().shape();
        Shape lines = Shape.of(image.size(0), image.size(1), image.size(2) * image.size(3));
        Shape places = lines.with(2, pooled.size(2) * pooled.size(3));
        Value read = d.run(new Gather(2), d.reshape(d.gradient(), lines), d.reshape(d.input(1), places));
        return d.reshape(read, pooled);
    }

    /** Of (g, weight) to an image: for g the convolution, for the weight its gradient. */
    private static @Nullable Value[] inputGrad(Derivation d, Conv2dInputGrad op, UnaryOperator<Op> precision) {
        Value image = d.gradient();
        Op toWeight = precision.apply(new Conv2dWeightGrad(op.window(), op.groups(), d.inputShape(1)));
        Op toGradient = precision.apply(new Conv2d(op.window(), op.groups(), false));
        Value g = d.needs(0) ? d.run(toGradient, image, d.input(1)) : null;
        return new @Nullable Value[] {g, d.needs(1) ? d.run(toWeight, d.input(0), image) : null};
    }

    /** Of (g, x) to a weight: for g the convolution of x, for x its gradient. */
    private static @Nullable Value[] weightGrad(Derivation d, Conv2dWeightGrad op, UnaryOperator<Op> precision) {
        Value weight = d.gradient();
        Op toInput = precision.apply(new Conv2dInputGrad(op.window(), op.groups(), d.inputShape(1)));
        Op toGradient = precision.apply(new Conv2d(op.window(), op.groups(), false));
        Value g = d.needs(0) ? d.run(toGradient, d.input(1), weight) : null;
        return new @Nullable Value[] {g, d.needs(1) ? d.run(toInput, d.input(0), weight) : null};
    }
}
