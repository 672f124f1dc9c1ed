package dev.lockstep.peers;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.TensorVector;

/** What is trained: a model, its rows, its optimizer. The names and numbers are those of {@code bench train}. */
enum Workload {
    /** 784-512-512-10. */
    MLP(128, layers -> Networks.mlp(layers, 512), 60_000, 784),
    /** 784-128-128-10. */
    MLP_SMALL(32, layers -> Networks.mlp(layers, 128), 60_000, 784),
    /** LeNet-5. */
    LENET(64, Networks::leNet, 60_000, 1, 28, 28),
    /** ResNet-18 on small images. */
    RESNET18(32, Networks::resNet18, 2048, 3, 32, 32),
    /** A GPT over characters. */
    GPT(16, Networks::gpt, 2048, 128),
    /** An LSTM, classified by its last output. */
    LSTM(32, Networks::lstm, 2048, 32, 64);

    private final int batch;
    private final Function<Layers, Network> network;
    private final int rows;
    private final long[] row;

    Workload(int batch, Function<Layers, Network> network, int rows, long... row) {
        this.batch = batch;
        this.network = network;
        this.rows = rows;
        this.row = row;
    }

    static Workload named(String name) {
        return Arrays.stream(values())
                .filter(work -> work.label().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no model '" + name + "'"));
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    int batch() {
        return batch;
    }

    int rows() {
        return rows;
    }

    Network network(Layers layers) {
        return network.apply(layers);
    }

    /** {@return whether rows are token ids, each with the one after it} */
    boolean isText() {
        return this == GPT;
    }

    Optimizer optimizer(TensorVector parameters) {
        if (isText()) {
            AdamWOptions options = new AdamWOptions(1e-3);
            options.weight_decay().put(0.1);
            return new AdamW(parameters, options);
        }
        SGDOptions options = new SGDOptions(this == RESNET18 ? 0.01 : 0.05);
        options.momentum().put(this == LSTM ? 0 : 0.9);
        return new SGD(parameters, options);
    }

    /** {@return the sizes of all rows together} */
    long[] shape() {
        long[] shape = new long[row.length + 1];
        shape[0] = rows;
        System.arraycopy(row, 0, shape, 1, row.length);
        return shape;
    }
}
