package dev.lockstep.launcher.bench;

import dev.lockstep.launcher.bench.model.Gpt;
import dev.lockstep.launcher.bench.model.LeNet;
import dev.lockstep.launcher.bench.model.LstmClassifier;
import dev.lockstep.launcher.bench.model.Mlp;
import dev.lockstep.launcher.bench.model.ResNet18;
import dev.lockstep.module.Layer;
import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A workload of {@code lockstep bench train}: a model, the data it is given, its optimizer, and how much of it is done
 * unless flags say otherwise. The numbers are part of what a figure means: they stay.
 */
public enum TrainTask {
    /** 784-512-512-10, 669,706 parameters. */
    MLP("mlp", new Amount(128, 600), () -> new Mlp(512), TaskData.GARMENTS, ps -> momentum(ps, 0.05)),
    /** 784-128-128-10, where the time of an op beside its arithmetic counts. */
    MLP_SMALL("mlp-small", new Amount(32, 2000), () -> new Mlp(128), TaskData.GARMENTS, ps -> momentum(ps, 0.05)),
    /** LeNet-5, 61,706 parameters. */
    LENET("lenet", new Amount(64, 600), LeNet::new, TaskData.GARMENTS, ps -> momentum(ps, 0.05)),
    /** ResNet-18 on images of 32 x 32. */
    RESNET18("resnet18", new Amount(32, 12), ResNet18::new, TaskData.PICTURES, ps -> momentum(ps, 0.01)),
    /** A GPT over characters. */
    GPT("gpt", new Amount(16, 40), () -> new Gpt(Gpt.Config.BENCHMARK), TaskData.TEXT, TrainTask::adamW),
    /** An LSTM of 256 over 32 steps, classified by its last output. */
    LSTM("lstm", new Amount(32, 200), LstmClassifier::new, TaskData.SEQUENCES, ps -> new SGD(ps, o -> o.lr(0.05)));

    private final String label;
    private final Amount amount;
    private final Supplier<Layer> model;
    private final TaskData data;
    private final Function<List<Tensor>, Optimizer> optimizer;

    /** How much is done at a time, and how often. */
    private record Amount(int batch, int steps) {}

    TrainTask(
            String label,
            Amount amount,
            Supplier<Layer> model,
            TaskData data,
            Function<List<Tensor>, Optimizer> optimizer) {
        this.label = label;
        this.amount = amount;
        this.model = model;
        this.data = data;
        this.optimizer = optimizer;
    }

    /** {@return the workload of that name, if there is one} */
    public static Optional<TrainTask> named(String name) {
        return Arrays.stream(values()).filter(task -> task.label.equals(name)).findFirst();
    }

    /** {@return the names of all workloads} */
    public static List<String> names() {
        return Arrays.stream(values()).map(task -> task.label).toList();
    }

    /** {@return the name on the command line} */
    public String label() {
        return label;
    }

    /** {@return rows of a batch, unless a flag says otherwise} */
    public int batch() {
        return amount.batch();
    }

    /** {@return steps of a run, unless a flag says otherwise} */
    public int steps() {
        return amount.steps();
    }

    Layer newModel() {
        return model.get();
    }

    TaskData data() {
        return data;
    }

    Optimizer newOptimizer(List<Tensor> parameters) {
        return optimizer.apply(parameters);
    }

    private static Optimizer momentum(List<Tensor> parameters, double rate) {
        return new SGD(parameters, o -> o.lr(rate).momentum(0.9));
    }

    private static Optimizer adamW(List<Tensor> parameters) {
        return new AdamW(parameters, o -> o.lr(1e-3).weightDecay(0.1));
    }
}
