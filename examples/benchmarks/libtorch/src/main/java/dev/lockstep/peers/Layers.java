package dev.lockstep.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** Makes layers and keeps their parameters. First weights are uniform within 1 / sqrt(inputs), as PyTorch's are. */
final class Layers {
    private static final double EPSILON = 1e-5;
    private static final double MOMENTUM = 0.1;

    private final List<Tensor> parameters = new ArrayList<>();
    private final boolean channelsLast;

    /** Keeps filters in the memory format of the images. */
    Layers(boolean channelsLast) {
        this.channelsLast = channelsLast;
    }

    /** {@return all parameters so far} */
    TensorVector parameters() {
        return new TensorVector(parameters.toArray(Tensor[]::new));
    }

    Network linear(long inputs, long outputs, boolean bias) {
        Tensor weight = uniform(inputs, outputs, inputs);
        TensorOptional shift = bias ? new TensorOptional(uniform(inputs, outputs)) : new TensorOptional();
        return x -> torch.linear(x, weight, shift);
    }

    /** A convolution of square filters. */
    Network convolution(Filter filter) {
        int size = filter.size();
        long fan = filter.inputs() * size * size;
        Tensor weight = uniform(fan, filter.outputs(), filter.inputs(), size, size);
        TensorOptional shift =
                filter.bias() ? new TensorOptional(uniform(fan, filter.outputs())) : new TensorOptional();
        long[] stride = {filter.stride(), filter.stride()};
        long[] padding = {filter.padding(), filter.padding()};
        return x -> torch.conv2d(x, weight, shift, stride, padding, new long[] {1, 1}, 1);
    }

    /** What a convolution looks at. */
    record Filter(long inputs, long outputs, int size, int stride, int padding, boolean bias) {}

    Network batchNorm(long channels) {
        TensorOptional scale = new TensorOptional(keep(torch.ones(channels)));
        TensorOptional shift = new TensorOptional(keep(torch.zeros(channels)));
        TensorOptional mean = new TensorOptional(torch.zeros(channels));
        TensorOptional variance = new TensorOptional(torch.ones(channels));
        return x -> torch.batch_norm(x, scale, shift, mean, variance, true, MOMENTUM, EPSILON, false);
    }

    Network layerNorm(long width) {
        TensorOptional scale = new TensorOptional(keep(torch.ones(width)));
        TensorOptional shift = new TensorOptional(keep(torch.zeros(width)));
        return x -> torch.layer_norm(x, new long[] {width}, scale, shift, EPSILON, false);
    }

    Network embedding(long tokens, long width) {
        Tensor table = table(tokens, width);
        return ids -> torch.embedding(table, ids);
    }

    /** A parameter of normal values. */
    Tensor table(long rows, long width) {
        return keep(torch.randn(rows, width));
    }

    /** {@return the outputs of an LSTM, batch first} */
    Network lstm(long inputs, long hidden) {
        TensorVector weights = new TensorVector(
                uniform(hidden, 4 * hidden, inputs),
                uniform(hidden, 4 * hidden, hidden),
                uniform(hidden, 4 * hidden),
                uniform(hidden, 4 * hidden));
        return x -> {
            TensorVector start = new TensorVector(torch.zeros(1, x.size(0), hidden), torch.zeros(1, x.size(0), hidden));
            return torch.lstm(x, start, weights, true, 1, 0, true, false, true).get0();
        };
    }

    private Tensor uniform(long inputs, long... shape) {
        double bound = 1 / Math.sqrt(inputs);
        return keep(torch.rand(shape).mul(new Scalar(2 * bound)).sub(new Scalar(bound)));
    }

    private Tensor keep(Tensor values) {
        Tensor parameter =
                channelsLast && values.dim() == 4 ? values.contiguous(MemoryFormat.ChannelsLast) : values.contiguous();
        parameter.requires_grad_(true);
        parameters.add(parameter);
        return parameter;
    }
}
