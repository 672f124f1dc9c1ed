package dev.lockstep.testkit.oracle;

import dev.lockstep.module.Layer;
import dev.lockstep.module.Module;
import dev.lockstep.nn.AdaptiveAvgPool1d;
import dev.lockstep.nn.AdaptiveAvgPool2d;
import dev.lockstep.nn.AdaptiveMaxPool1d;
import dev.lockstep.nn.AdaptiveMaxPool2d;
import dev.lockstep.nn.AvgPool1d;
import dev.lockstep.nn.AvgPool2d;
import dev.lockstep.nn.BatchNorm1d;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.BatchNorm3d;
import dev.lockstep.nn.Conv1d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Conv3d;
import dev.lockstep.nn.ConvTranspose1d;
import dev.lockstep.nn.ConvTranspose2d;
import dev.lockstep.nn.ELU;
import dev.lockstep.nn.Embedding;
import dev.lockstep.nn.EmbeddingBag;
import dev.lockstep.nn.Flatten;
import dev.lockstep.nn.GELU;
import dev.lockstep.nn.GRU;
import dev.lockstep.nn.GRUCell;
import dev.lockstep.nn.GroupNorm;
import dev.lockstep.nn.Hardsigmoid;
import dev.lockstep.nn.Hardswish;
import dev.lockstep.nn.Hardtanh;
import dev.lockstep.nn.Identity;
import dev.lockstep.nn.InstanceNorm2d;
import dev.lockstep.nn.LSTM;
import dev.lockstep.nn.LSTMCell;
import dev.lockstep.nn.LayerNorm;
import dev.lockstep.nn.LeakyReLU;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.LogSigmoid;
import dev.lockstep.nn.LogSoftmax;
import dev.lockstep.nn.MaxPool1d;
import dev.lockstep.nn.MaxPool2d;
import dev.lockstep.nn.Mish;
import dev.lockstep.nn.MultiheadAttention;
import dev.lockstep.nn.PReLU;
import dev.lockstep.nn.PackedSequence;
import dev.lockstep.nn.PixelShuffle;
import dev.lockstep.nn.RMSNorm;
import dev.lockstep.nn.RNN;
import dev.lockstep.nn.RNNCell;
import dev.lockstep.nn.ReLU;
import dev.lockstep.nn.ReLU6;
import dev.lockstep.nn.Recurrent;
import dev.lockstep.nn.RecurrentConfig;
import dev.lockstep.nn.ReflectionPad2d;
import dev.lockstep.nn.SELU;
import dev.lockstep.nn.Sequential;
import dev.lockstep.nn.SiLU;
import dev.lockstep.nn.Sigmoid;
import dev.lockstep.nn.Softmax;
import dev.lockstep.nn.Softplus;
import dev.lockstep.nn.Tanh;
import dev.lockstep.nn.TransformerDecoder;
import dev.lockstep.nn.TransformerDecoderLayer;
import dev.lockstep.nn.TransformerEncoder;
import dev.lockstep.nn.TransformerEncoderLayer;
import dev.lockstep.nn.Unflatten;
import dev.lockstep.nn.Upsample;
import dev.lockstep.nn.ZeroPad2d;
import dev.lockstep.tensor.ResampleMode;
import dev.lockstep.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Modules, made as PyTorch's and loaded with the same state dict. */
final class ModuleOracle {
    /** The name of the golden file. */
    static final String FILE = "modules";

    private final Map<String, Entry<?>> entries = new LinkedHashMap<>();

    private ModuleOracle() {
        layers();
        convolutions();
        norms();
        shapes();
        activations();
        recurrent();
        packs();
        attention();
        transformers();
    }

    /** A module, and how it is called. */
    record Entry<M extends Module<?, ?>>(Supplier<M> make, BiFunction<M, List<Tensor>, Object> call) {
        /** Makes the module. */
        Run<M> run() {
            return new Run<>(make.get(), call);
        }
    }

    /** A module that was made. */
    record Run<M extends Module<?, ?>>(M module, BiFunction<M, List<Tensor>, Object> function) {
        Object call(List<Tensor> inputs) {
            return function.apply(module, inputs);
        }
    }

    static Map<String, Entry<?>> entries() {
        return new ModuleOracle().entries;
    }

    private void layer(String key, Supplier<Layer> make) {
        entries.put(key, new Entry<>(make, (module, in) -> module.call(in.get(0))));
    }

    private <M extends Module<?, ?>> void module(
            String key, Supplier<M> make, BiFunction<M, List<Tensor>, Object> call) {
        entries.put(key, new Entry<>(make, call));
    }

    private void layers() {
        layer("Linear", () -> new Linear(4, 3));
        layer("Linear.plain", () -> new Linear(4, 3, o -> o.bias(false)));
        layer("Embedding", () -> new Embedding(5, 3));
        module("EmbeddingBag", () -> new EmbeddingBag(5, 3), (m, in) -> m.call(in.get(0)));
        layer("Identity", Identity::new);
        layer("Sequential", () -> new Sequential(new Linear(4, 3), new Tanh(), new Linear(3, 2)));
    }

    private void convolutions() {
        layer("Conv1d", () -> new Conv1d(3, 4, 3, o -> o.stride(2).padding(1).dilation(2)));
        layer("Conv2d", () -> new Conv2d(3, 6, 3, o -> o.stride(2).padding(1).groups(3)));
        layer(
                "Conv2d.dilated",
                () -> new Conv2d(3, 4, 3, o -> o.dilation(2).samePadding().bias(false)));
        layer("Conv3d", () -> new Conv3d(2, 3, 2, o -> o.padding(1)));
        layer(
                "ConvTranspose1d",
                () -> new ConvTranspose1d(3, 4, 3, o -> o.stride(2).padding(1).outputPadding(1)));
        layer(
                "ConvTranspose2d",
                () -> new ConvTranspose2d(4, 6, 3, o -> o.stride(2).groups(2)));
    }

    private void norms() {
        layer("BatchNorm1d", () -> new BatchNorm1d(3));
        layer("BatchNorm2d", () -> new BatchNorm2d(3));
        layer("BatchNorm2d.eval", () -> evaluated(new BatchNorm2d(3)));
        layer("BatchNorm3d", () -> new BatchNorm3d(2));
        layer("LayerNorm", () -> new LayerNorm(8));
        layer("GroupNorm", () -> new GroupNorm(2, 4));
        layer("InstanceNorm2d", () -> new InstanceNorm2d(3));
        layer("InstanceNorm2d.affine", () -> new InstanceNorm2d(3, true));
        layer("RMSNorm", () -> new RMSNorm(5, 1e-6));
    }

    private static Layer evaluated(Layer layer) {
        layer.eval();
        return layer;
    }

    private void shapes() {
        layer("MaxPool1d", () -> new MaxPool1d(2));
        layer("AvgPool1d", () -> new AvgPool1d(2));
        layer("MaxPool2d", () -> new MaxPool2d(2));
        layer("AvgPool2d", () -> new AvgPool2d(2));
        layer("AdaptiveAvgPool1d", () -> new AdaptiveAvgPool1d(3));
        layer("AdaptiveMaxPool1d", () -> new AdaptiveMaxPool1d(3));
        layer("AdaptiveAvgPool2d", () -> new AdaptiveAvgPool2d(2, 4));
        layer("AdaptiveMaxPool2d", () -> new AdaptiveMaxPool2d(2, 4));
        layer("Upsample", () -> new Upsample(2));
        layer("Upsample.bilinear", () -> new Upsample(1.5, ResampleMode.LINEAR, true));
        layer("PixelShuffle", () -> new PixelShuffle(2));
        layer("Flatten", Flatten::new);
        layer("Unflatten", () -> new Unflatten(1, 1, 3));
        layer("ZeroPad2d", () -> new ZeroPad2d(1, 2, 0, 1));
        layer("ReflectionPad2d", () -> new ReflectionPad2d(1, 2, 0, 1));
    }

    private void activations() {
        layer("ReLU", ReLU::new);
        layer("GELU", GELU::new);
        layer("SiLU", SiLU::new);
        layer("LeakyReLU", () -> new LeakyReLU(0.2));
        layer("ELU", ELU::new);
        layer("SELU", SELU::new);
        layer("Softplus", Softplus::new);
        layer("Hardtanh", Hardtanh::new);
        layer("Hardsigmoid", Hardsigmoid::new);
        layer("Hardswish", Hardswish::new);
        layer("ReLU6", ReLU6::new);
        layer("Mish", Mish::new);
        layer("LogSigmoid", LogSigmoid::new);
        layer("Tanh", Tanh::new);
        layer("Sigmoid", Sigmoid::new);
        layer("Softmax", () -> new Softmax(-1));
        layer("LogSoftmax", () -> new LogSoftmax(-1));
        layer("PReLU", PReLU::new);
    }

    private void recurrent() {
        module("RNN", () -> new RNN(3, 5), (m, in) -> m.call(in.get(0)));
        module(
                "RNN.relu",
                () -> new RNN(3, 5, true, o -> o.layers(2).bidirectional(true)),
                (m, in) -> m.call(in.get(0)));
        module("GRU", () -> new GRU(3, 5), (m, in) -> m.call(in.get(0)));
        module(
                "GRU.both",
                () -> new GRU(3, 5, o -> o.layers(2).batchFirst(true).bidirectional(true)),
                (m, in) -> m.call(new Recurrent.Input(in.get(0), Optional.of(in.get(1)))));
        module("LSTM", () -> new LSTM(3, 5, o -> o.layers(2)), (m, in) -> m.call(in.get(0)));
        module(
                "LSTM.both",
                () -> new LSTM(3, 5, o -> o.layers(2).bias(false).bidirectional(true)),
                (m, in) -> m.call(new LSTM.Input(in.get(0), Optional.of(new LSTM.State(in.get(1), in.get(2))))));
        module("RNNCell", () -> new RNNCell(3, 5), (m, in) -> m.call(in.get(0), in.get(1)));
        module("GRUCell", () -> new GRUCell(3, 5), (m, in) -> m.call(in.get(0), in.get(1)));
        module(
                "LSTMCell",
                () -> new LSTMCell(3, 5),
                (m, in) -> m.call(in.get(0), new LSTM.State(in.get(1), in.get(2))));
    }

    private void packs() {
        UnaryOperator<RecurrentConfig> both = o -> o.layers(2).bidirectional(true);
        module("RNN.packed", () -> new RNN(3, 5, false, both), (m, in) -> {
            Recurrent.PackedOutput output = m.call(packed(in, false));
            return List.of(output.out().padPackedSequence(false).out(), output.end());
        });
        module("GRU.packed", () -> new GRU(3, 5, both), (m, in) -> {
            Recurrent.PackedOutput output = m.call(packed(in, false), Optional.of(in.get(2)));
            return List.of(output.out().padPackedSequence(false).out(), output.end());
        });
        module("LSTM.packed", () -> new LSTM(3, 5, both), (m, in) -> {
            LSTM.State start = new LSTM.State(in.get(2), in.get(3));
            LSTM.PackedOutput output = m.call(packed(in, false), Optional.of(start));
            return List.of(output.out().padPackedSequence(false).out(), output.end());
        });
        module("LSTM.packedFirst", () -> new LSTM(3, 5, o -> o.batchFirst(true)), (m, in) -> {
            LSTM.PackedOutput output = m.call(packed(in, true));
            return List.of(output.out().padPackedSequence(true).out(), output.end());
        });
    }

    private static PackedSequence packed(List<Tensor> in, boolean batchFirst) {
        return PackedSequence.packPaddedSequence(in.get(0), in.get(1).toLongArray(), batchFirst, false);
    }

    private void attention() {
        Supplier<MultiheadAttention> make = () -> new MultiheadAttention(8, 2);
        module("MultiheadAttention", make, (m, in) -> m.call(in.get(0)));
        module(
                "MultiheadAttention.memory",
                make,
                (m, in) -> m.call(new MultiheadAttention.Input(in.get(0), in.get(1), in.get(1))));
        module(
                "MultiheadAttention.mask",
                make,
                (m, in) ->
                        m.call(new MultiheadAttention.Input(in.get(0), in.get(1), in.get(1), Optional.of(in.get(2)))));
    }

    private void transformers() {
        UnaryOperator<TransformerEncoderLayer.Config> small = o -> o.hidden(6).dropout(0);
        layer("TransformerEncoderLayer", () -> new TransformerEncoderLayer(8, 2, small));
        layer(
                "TransformerEncoderLayer.pre",
                () -> new TransformerEncoderLayer(
                        8, 2, o -> small.apply(o).preNorm(true).gelu(true)));
        layer("TransformerEncoder", () -> new TransformerEncoder(2, 8, 2, true, small));
        module(
                "TransformerDecoderLayer",
                () -> new TransformerDecoderLayer(8, 2, small),
                (m, in) -> m.call(in.get(0), in.get(1)));
        module(
                "TransformerDecoder",
                () -> new TransformerDecoder(2, 8, 2, true, o -> small.apply(o).preNorm(true)),
                (m, in) -> m.call(in.get(0), in.get(1)));
    }
}
