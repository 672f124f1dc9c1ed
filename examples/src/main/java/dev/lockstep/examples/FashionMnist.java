package dev.lockstep.examples;

import static dev.lockstep.tensor.Tensors.crossEntropy;
import static dev.lockstep.tensor.Tensors.manualSeed;

import dev.lockstep.data.Batch;
import dev.lockstep.data.DataLoader;
import dev.lockstep.layout.DType;
import dev.lockstep.module.Layer;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Linear;
import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Schedule;
import dev.lockstep.serialization.Safetensors;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.Job;
import dev.lockstep.train.StepContext;
import dev.lockstep.train.Trainer;

/** Tells ten kinds of clothes apart with LeNet-5: {@code lockstep run fashion-mnist}. */
public final class FashionMnist {
    private static final double MEAN = 0.2860;
    private static final double DEVIATION = 0.3530;

    private FashionMnist() {}

    /** LeCun et al., "Gradient-based learning applied to document recognition", 1998, with ReLU and max-pooling. */
    static final class LeNet extends Layer {
        private final Conv2d conv1 = child("conv1", new Conv2d(1, 6, 5, o -> o.padding(2)));
        private final Conv2d conv2 = child("conv2", new Conv2d(6, 16, 5));
        private final Linear fc1 = child("fc1", new Linear(16 * 5 * 5, 120));
        private final Linear fc2 = child("fc2", new Linear(120, 84));
        private final Linear fc3 = child("fc3", new Linear(84, 10));

        @Override
        public Tensor forward(Tensor x) { // [N, 1, 28, 28]
            Tensor a = conv1.call(x).relu().maxPool2d(2); // [N, 6, 14, 14]
            Tensor b = conv2.call(a).relu().maxPool2d(2); // [N, 16, 5, 5]
            Tensor c = fc2.call(fc1.call(b.flatten(1)).relu()).relu(); // [N, 84]
            return fc3.call(c); // [N, 10]
        }
    }

    /** Trains on 60,000 images and tests on 10,000. */
    public static void main(String[] args) {
        ExampleOptions options = ExampleOptions.parse(args, 3, 128, 4e-3);
        long seed = Job.current().settings().seed();
        manualSeed(seed);
        LeNet net = new LeNet();
        options.init().ifPresent(file -> net.load(Safetensors.load(file)));

        FashionMnistData data = FashionMnistData.read(options.data());
        DataLoader train = DataLoader.of(
                data.train(),
                o -> o.batchSize(options.batchSize()).shuffle(true).seed(seed));
        DataLoader test = DataLoader.of(data.test(), o -> o.batchSize(1000));
        long steps = options.steps(train);

        AdamW optimizer = new AdamW(net.parameters(), o -> o.lr(options.learningRate()));
        optimizer.schedule(Schedule.oneCycle(steps));
        Trainer<LeNet> trainer = Trainer.of(net, optimizer);
        options.save().ifPresent(trainer::save);
        options.resume(trainer);
        trainer.fit(train, FashionMnist::loss, o -> options.fit(o, steps));
        trainer.evaluate(test, FashionMnist::test);
        trainer.finish();
    }

    private static Tensor loss(LeNet net, Batch batch, StepContext context) {
        return crossEntropy(logits(net, batch), batch.y());
    }

    private static Tensor test(LeNet net, Batch batch, StepContext context) {
        Tensor logits = logits(net, batch);
        context.metric("accuracy", Metrics.accuracy(logits, batch.y()));
        return crossEntropy(logits, batch.y());
    }

    private static Tensor logits(LeNet net, Batch batch) {
        return net.call(batch.x().to(DType.F32).div(255).sub(MEAN).div(DEVIATION));
    }
}
