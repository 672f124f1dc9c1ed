package dev.lockstep.testkit;

import static dev.lockstep.tensor.Tensors.crossEntropy;
import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randint;
import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.data.Batch;
import dev.lockstep.data.DataLoader;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.module.Layer;
import dev.lockstep.module.StateDict;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Dropout;
import dev.lockstep.nn.Embedding;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.TransformerEncoderLayer;
import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.CommHook;
import dev.lockstep.train.FitOptions;
import dev.lockstep.train.Job;
import dev.lockstep.train.StepContext;
import dev.lockstep.train.Trainer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Small jobs whose digests tell whether a change of workers, threads or members changed a bit. */
public enum ToyJob {
    /** Two linear layers, SGD with momentum. */
    MLP(Mlp::new),
    /** Convolution, batch norm, dropout, AdamW: buffers and randomness. */
    CONVNET(ConvNet::new),
    /** Embedding and one transformer block with dropout, AdamW. */
    TRANSFORMER(Transformer::new);

    private static final int SAMPLES = 90;
    private static final int BATCH = 24;
    private static final int EPOCHS = 2;
    private static final int CLASSES = 5;

    private final Supplier<Layer> net;

    ToyJob(Supplier<Layer> net) {
        this.net = net;
    }

    /**
     * One run: the trainer and what it is to train on. Made before the workers start, since initialisation draws from
     * the default generator.
     */
    public final class Run {
        private final Layer model;
        private DataLoader loader;
        private final Trainer<Layer> trainer;

        private Run(Job job, CommHook hook) {
            manualSeed(7);
            model = net.get();
            Tensor x = ToyJob.this == TRANSFORMER ? randint(11, SAMPLES, 6) : randn(SAMPLES, 3, 6, 6);
            loader = DataLoader.of(
                    new TensorDataset(x, randint(CLASSES, SAMPLES)),
                    o -> o.batchSize(BATCH).shuffle(true).seed(3));
            Optimizer optimizer = ToyJob.this == MLP
                    ? new SGD(model.parameters(), o -> o.lr(0.05).momentum(0.9))
                    : new AdamW(model.parameters(), o -> o.lr(3e-3));
            trainer = Trainer.of(job, model, optimizer).registerCommHook(hook);
        }

        /** Has threads of the loader make the rows ahead. Returns this. */
        public Run workers(int threads) {
            loader = loader.with(o -> o.workers(threads).prefetch(3));
            return this;
        }

        /** Trains, finishes, and returns the digest of the weights. */
        public String train() {
            return train(o -> o);
        }

        /** Trains with options besides the number of epochs, finishes, and returns the digest of the weights. */
        public String train(UnaryOperator<FitOptions> options) {
            trainer.fit(loader, ToyJob::loss, o -> options.apply(o.epochs(EPOCHS)));
            trainer.finish();
            return WeightsDigest.sha256(model.stateDict());
        }

        /** Goes on from the state of another run of this job. Returns this. */
        public Run resume(StateDict state) {
            trainer.loadStateDict(state);
            return this;
        }
    }

    /** Makes a run of this job: 8 steps, the last of each epoch with fewer rows. */
    public Run prepare(Job job) {
        return prepare(job, CommHook.allReduce());
    }

    /** Makes a run of this job whose gradients cross virtual ranks as the hook says. */
    public Run prepare(Job job, CommHook hook) {
        return new Run(job, hook);
    }

    private static Tensor loss(Layer net, Batch batch, StepContext context) {
        Tensor loss = crossEntropy(net.call(batch.x()), batch.y());
        context.metric("again", loss);
        return loss;
    }

    private static final class Mlp extends Layer {
        private final Linear hidden = child("hidden", new Linear(108, 32));
        private final Linear output = child("output", new Linear(32, CLASSES));

        @Override
        public Tensor forward(Tensor x) {
            return output.call(hidden.call(x.flatten(1)).relu());
        }
    }

    private static final class ConvNet extends Layer {
        private final Conv2d conv = child("conv", new Conv2d(3, 8, 3, o -> o.padding(1)));
        private final BatchNorm2d norm = child("norm", new BatchNorm2d(8));
        private final Dropout dropout = child("dropout", new Dropout(0.2));
        private final Linear output = child("output", new Linear(8 * 3 * 3, CLASSES));

        @Override
        public Tensor forward(Tensor x) { // [N, 3, 6, 6]
            Tensor features = norm.call(conv.call(x)).relu().maxPool2d(2); // [N, 8, 3, 3]
            return output.call(dropout.call(features.flatten(1)));
        }
    }

    private static final class Transformer extends Layer {
        private final Embedding embedding = child("embedding", new Embedding(11, 16));
        private final TransformerEncoderLayer block = child(
                "block",
                new TransformerEncoderLayer(
                        16, 2, o -> o.hidden(32).dropout(0.1).causal(true)));
        private final Linear output = child("output", new Linear(16, CLASSES));

        @Override
        public Tensor forward(Tensor x) { // i64 [N, 6]
            return output.call(block.call(embedding.call(x)).mean(1)); // [N, 5]
        }
    }
}
