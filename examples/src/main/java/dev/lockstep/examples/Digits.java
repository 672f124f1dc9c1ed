package dev.lockstep.examples;

import static dev.lockstep.tensor.Tensors.crossEntropy;
import static dev.lockstep.tensor.Tensors.manualSeed;

import dev.lockstep.data.Batch;
import dev.lockstep.data.DataLoader;
import dev.lockstep.module.Layer;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Dropout;
import dev.lockstep.nn.Linear;
import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Schedule;
import dev.lockstep.serialization.Safetensors;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.Job;
import dev.lockstep.train.StepContext;
import dev.lockstep.train.Trainer;

/** Recognises handwritten digits of 8 x 8 pixels with a small convolutional net: {@code lockstep run digits}. */
public final class Digits {
    private Digits() {}

    /** Three convolutions and a classifier. */
    static final class Net extends Layer {
        private final Conv2d conv1 = child("conv1", new Conv2d(1, 32, 3, o -> o.padding(1)));
        private final BatchNorm2d norm1 = child("norm1", new BatchNorm2d(32));
        private final Conv2d conv2 = child("conv2", new Conv2d(32, 64, 3, o -> o.padding(1)));
        private final BatchNorm2d norm2 = child("norm2", new BatchNorm2d(64));
        private final Conv2d conv3 = child("conv3", new Conv2d(64, 64, 3, o -> o.padding(1)));
        private final Dropout dropout = child("dropout", new Dropout(0.3));
        private final Linear classifier = child("classifier", new Linear(64 * 2 * 2, 10));

        @Override
        public Tensor forward(Tensor x) { // [N, 1, 8, 8]
            Tensor a = norm1.call(conv1.call(x)).relu(); // [N, 32, 8, 8]
            Tensor b = norm2.call(conv2.call(a)).relu().maxPool2d(2); // [N, 64, 4, 4]
            Tensor c = conv3.call(b).relu().maxPool2d(2); // [N, 64, 2, 2]
            return classifier.call(dropout.call(c.flatten(1))); // [N, 10]
        }
    }

    /** Trains on the first 1,437 images and tests on the last 360. */
    public static void main(String[] args) {
        ExampleOptions options = ExampleOptions.parse(args, 10, 64, 5e-3);
        long seed = Job.current().settings().seed();
        manualSeed(seed);
        Net net = new Net();
        options.init().ifPresent(file -> net.load(Safetensors.load(file)));

        DigitsData data = DigitsData.read(options.data());
        DataLoader train = DataLoader.of(
                data.train(),
                o -> o.batchSize(options.batchSize()).shuffle(true).seed(seed));
        DataLoader test = DataLoader.of(data.test(), o -> o.batchSize(360));
        long steps = options.steps(train);

        AdamW optimizer = new AdamW(net.parameters(), o -> o.lr(options.learningRate()));
        optimizer.schedule(Schedule.oneCycle(steps));
        Trainer<Net> trainer = Trainer.of(net, optimizer);
        options.save().ifPresent(trainer::save);
        options.resume(trainer);
        trainer.fit(train, Digits::loss, o -> options.fit(o, steps));
        trainer.evaluate(test, Digits::test);
        trainer.finish();
    }

    private static Tensor loss(Net net, Batch batch, StepContext context) {
        return crossEntropy(net.call(batch.x()), batch.y());
    }

    private static Tensor test(Net net, Batch batch, StepContext context) {
        Tensor logits = net.call(batch.x());
        context.metric("accuracy", Metrics.accuracy(logits, batch.y()));
        return crossEntropy(logits, batch.y());
    }
}
