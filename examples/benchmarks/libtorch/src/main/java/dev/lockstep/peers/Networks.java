package dev.lockstep.peers;

import dev.lockstep.peers.Layers.Filter;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The six models. */
final class Networks {
    private static final long WIDTH = 128;
    private static final long HEADS = 4;
    private static final long CONTEXT = 128;
    static final long VOCABULARY = 65;
    private static final int BLOCKS = 4;

    private Networks() {}

    static Network mlp(Layers layers, long hidden) {
        return Network.chain(
                layers.linear(784, hidden, true),
                torch::relu,
                layers.linear(hidden, hidden, true),
                torch::relu,
                layers.linear(hidden, 10, true));
    }

    static Network leNet(Layers layers) {
        return Network.chain(
                layers.convolution(new Filter(1, 6, 5, 1, 2, true)),
                torch::relu,
                Networks::halve,
                layers.convolution(new Filter(6, 16, 5, 1, 0, true)),
                torch::relu,
                Networks::halve,
                x -> x.flatten(1, -1),
                layers.linear(400, 120, true),
                torch::relu,
                layers.linear(120, 84, true),
                torch::relu,
                layers.linear(84, 10, true));
    }

    static Network resNet18(Layers layers) {
        List<Network> parts = new ArrayList<>();
        parts.add(layers.convolution(new Filter(3, 64, 3, 1, 1, false)));
        parts.add(layers.batchNorm(64));
        parts.add(torch::relu_);
        long inputs = 64;
        for (long outputs : new long[] {64, 64, 128, 128, 256, 256, 512, 512}) {
            parts.add(residual(layers, inputs, outputs));
            inputs = outputs;
        }
        parts.add(x -> torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, -1));
        parts.add(layers.linear(512, 10, true));
        return Network.chain(parts.toArray(Network[]::new));
    }

    private static Network residual(Layers layers, long inputs, long outputs) {
        int stride = inputs == outputs ? 1 : 2;
        Network path = Network.chain(
                layers.convolution(new Filter(inputs, outputs, 3, stride, 1, false)),
                layers.batchNorm(outputs),
                torch::relu_,
                layers.convolution(new Filter(outputs, outputs, 3, 1, 1, false)),
                layers.batchNorm(outputs));
        Network shortcut = stride == 1
                ? x -> x
                : Network.chain(
                        layers.convolution(new Filter(inputs, outputs, 1, stride, 0, false)),
                        layers.batchNorm(outputs));
        return x -> torch.relu(path.forward(x).add(shortcut.forward(x)));
    }

    static Network gpt(Layers layers) {
        Network tokens = layers.embedding(VOCABULARY, WIDTH);
        Tensor places = layers.table(CONTEXT, WIDTH);
        List<Network> parts = new ArrayList<>();
        parts.add(ids -> tokens.forward(ids).add(places));
        for (int i = 0; i < BLOCKS; i++) {
            parts.add(attention(layers));
            parts.add(feedForward(layers));
        }
        parts.add(layers.layerNorm(WIDTH));
        parts.add(layers.linear(WIDTH, VOCABULARY, false));
        return Network.chain(parts.toArray(Network[]::new));
    }

    private static Network attention(Layers layers) {
        Network norm = layers.layerNorm(WIDTH);
        Network heads = layers.linear(WIDTH, 3 * WIDTH, true);
        Network out = layers.linear(WIDTH, WIDTH, true);
        return x -> {
            long batch = x.size(0);
            long length = x.size(1);
            Tensor qkv = heads.forward(norm.forward(x))
                    .view(batch, length, 3, HEADS, WIDTH / HEADS)
                    .permute(2, 0, 3, 1, 4);
            Tensor mixed = torch.scaled_dot_product_attention(
                    qkv.select(0, 0),
                    qkv.select(0, 1),
                    qkv.select(0, 2),
                    new TensorOptional(),
                    0,
                    true,
                    new DoubleOptional(),
                    false);
            return x.add(out.forward(mixed.transpose(1, 2).reshape(batch, length, WIDTH)));
        };
    }

    private static Network feedForward(Layers layers) {
        Network inner = Network.chain(
                layers.layerNorm(WIDTH),
                layers.linear(WIDTH, 4 * WIDTH, true),
                torch::gelu,
                layers.linear(4 * WIDTH, WIDTH, true));
        return x -> x.add(inner.forward(x));
    }

    static Network lstm(Layers layers) {
        return Network.chain(layers.lstm(64, 256), x -> x.select(1, -1), layers.linear(256, 10, true));
    }

    private static Tensor halve(Tensor x) {
        return torch.max_pool2d(x, 2, 2);
    }
}
